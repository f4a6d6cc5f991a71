"""A session that ends while one types: nothing is sent, it is said, and what was typed comes back."""

import pytest
import time_machine
from django.test import Client

from accounts.unsent import IN_VAIN, KEPT

WORDS = "Longeron avant gauche à redresser"


def read(answer):
    return answer.content.decode().replace("\N{NO-BREAK SPACE}", " ")


@pytest.fixture
def page(world):
    dossier = world.lac.dossiers["ALPES"]
    return f"/dossiers/{dossier.cabinet.code}/{dossier.reference}/complement/"


def send(client, page, **more):
    """As a browser does, from the page itself."""
    typed = {"comment": WORDS, "acte": "envoyer", "cle": "0" * 32, **more}
    return client.post(page, typed, headers={"Referer": f"http://testserver{page}"}, follow=True)


def test_what_was_typed_comes_back_once_after_signing_in_again(world, page, client):
    answer = send(client, page)
    assert answer.redirect_chain[-1][0] == f"/connexion/?next={page}"
    assert KEPT in read(answer)
    client.force_login(world.lac.owner)

    assert WORDS not in read(client.get("/dossiers/"))
    given = read(client.get(page))

    assert WORDS in given
    assert "n’est pas parti" in given
    assert WORDS not in read(client.get(page))


def test_it_does_not_wait_for_the_next_person_of_the_day(world, page, client):
    with time_machine.travel("2026-11-23 09:00 +0000", tick=False):
        send(client, page)
    with time_machine.travel("2026-11-23 09:31 +0000", tick=False):
        client.force_login(world.lac.owner)
        assert WORDS not in read(client.get(page))


def test_nothing_secret_and_nothing_a_script_sends_is_kept(world, page, client):
    send(client, page, current_password="tout petit secret", code="123456")
    assert set(client.session["unsent"]["typed"]) == {"comment"}

    other = Client(headers={"Sec-Fetch-Mode": "cors"})
    send(other, page)
    assert "unsent" not in other.session


def test_an_act_without_words_says_that_it_was_in_vain(world, page, client):
    """The address that only takes posts is not where one comes back to."""
    answer = client.post("/notifications/lues/", headers={"Referer": "http://testserver/notifications/"}, follow=True)

    assert answer.redirect_chain[-1][0] == "/connexion/?next=/notifications/"
    assert IN_VAIN in read(answer)


def test_a_page_opened_before_signing_in_again_says_so_and_gives_back(world, page):
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.lac.owner)

    answer = send(client, page, csrfmiddlewaretoken="x" * 64)

    assert answer.status_code == 403
    assert f'href="{page}"' in read(answer)
    assert WORDS in read(client.get(page))


def test_another_site_puts_no_words_here(world, page):
    client = Client(enforce_csrf_checks=True, headers={"Origin": "https://ailleurs.test"})
    client.force_login(world.lac.owner)

    assert send(client, page).status_code == 403
    assert "unsent" not in client.session
