"""Signing in and out."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import PASSWORD, UserFactory

AWAY = [
    "https://pirate.test/",
    "//pirate.test/",
    "///pirate.test",
    "/\\pirate.test",
    "\\\\pirate.test",
    "http:pirate.test",
    "https:///pirate.test",
    "javascript:alert(1)",
    "\x08//pirate.test",
    "/\t/pirate.test",
    "//pirate。test",
    "https://testserver@pirate.test/",
    "ftp://testserver/",
]


def sign_in(client, user, password=PASSWORD, **more):
    return client.post(reverse("login"), {"username": user.email.upper(), "password": password, **more})


def test_signing_in_leads_home_with_a_new_session(client, db):
    user = UserFactory()
    client.session["before"] = 1
    session = client.session
    session["before"] = "1"
    session.save()
    client.cookies["session"] = session.session_key
    old = session.session_key

    response = sign_in(client, user)

    assert response["Location"] == reverse("home")
    assert client.session["_auth_user_id"] == str(user.pk)
    assert client.session.session_key != old
    assert not client.session.exists(old)


@pytest.mark.parametrize("away", AWAY)
def test_next_never_leads_away(db, away):
    assert sign_in(Client(), UserFactory(), next=away)["Location"] == reverse("home")


def test_next_leads_to_a_page_of_ours(client, db):
    assert sign_in(client, UserFactory(), next="/dossiers/?onglet=termine")["Location"] == "/dossiers/?onglet=termine"


def test_a_wrong_password_and_an_unknown_or_closed_account_read_the_same(db):
    known, closed = UserFactory(), UserFactory(is_active=False)

    pages = [
        sign_in(Client(), known, "faux"),
        sign_in(Client(), UserFactory.build(email="personne@ailleurs.test"), "faux"),
        sign_in(Client(), closed),
    ]

    assert {page.status_code for page in pages} == {200}
    assert {str(page.context["form"].non_field_errors()) for page in pages} == {
        str(pages[0].context["form"].non_field_errors())
    }
    assert "Adresse ou mot de passe incorrect" in str(pages[0].context["form"].non_field_errors())


def test_who_is_signed_in_is_sent_home_not_to_next(client, world):
    client.force_login(world.lac.owner)

    assert client.get(reverse("login"), {"next": "/admin/"})["Location"] == reverse("home")


def test_signing_out_takes_a_post(client, world):
    client.force_login(world.lac.owner)

    assert client.get(reverse("logout")).status_code == 200
    assert "_auth_user_id" in client.session
    assert client.post(reverse("logout"))["Location"] == reverse("login")
    assert "_auth_user_id" not in client.session
    assert client.post(reverse("logout")).status_code == 302


def test_a_closed_account_is_out_at_its_next_request(client, world):
    client.force_login(world.pending)
    assert client.get(reverse("pending")).status_code == 200

    world.pending.is_active = False
    world.pending.save()

    assert client.get(reverse("pending"))["Location"].startswith(reverse("login"))


@pytest.mark.parametrize("name", ["login", "sign_up", "password_reset"])
def test_public_forms_refuse_a_post_without_their_token(db, name):
    assert Client(enforce_csrf_checks=True).post(reverse(name), {}).status_code == 403


@pytest.mark.parametrize("name", ["login", "sign_up", "password_reset", "sign_up_sent", "password_reset_sent"])
def test_public_pages_open_without_an_account_and_are_kept_nowhere(client, db, name):
    response = client.get(reverse(name))

    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
