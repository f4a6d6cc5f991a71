"""« Aperçu des e-mails »: every mail of the table, written with invented people, for whoever keeps the settings."""

import pytest
from django.urls import reverse

from messaging.rules import TELL
from messaging.services import examples
from messaging.topics import OPTIONAL

PAGE = "admin:messaging_notification_previews"


@pytest.mark.parametrize("event", TELL)
def test_every_mail_of_the_table_has_an_example(event, settings):
    settings.TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = "MANQUE(%s)"

    found = examples.preview(event)

    assert "MANQUE" not in found.subject + found.body + found.html
    assert 10 < len(found.subject) < 80
    assert ("Ne plus recevoir" in found.body) == (event in OPTIONAL)
    assert "Made(" not in found.subject + found.body + found.html


def test_the_page_lists_them_and_shows_one_in_the_cabinet_s_name(world, client):
    client.force_login(world.alpes.manager)

    page = client.get(reverse(PAGE)).content.decode()
    one = client.get(reverse(PAGE), {"mail": "documents_asked"}).content.decode()

    assert all(f"?mail={event}" in page for event in set(TELL) - examples.NETWORKS_OWN)
    assert not any(f"?mail={event}" in page for event in examples.NETWORKS_OWN)
    assert '<iframe class="mail-frame" sandbox ' in one
    assert "Cabinet Alpes" in one
    assert "Cabinet Berry" not in one
    assert "&lt;strong&gt;Cabinet Alpes&lt;/strong&gt;" in one, "the frame's document is an attribute"


def test_the_network_sees_them_all(world, client):
    client.force_login(world.network)

    assert client.get(reverse(PAGE), {"mail": "scan_delayed"}).status_code == 200


@pytest.mark.parametrize("unknown", ["scan_delayed", "x", "../x"])
def test_what_is_not_shown_is_not_found(world, client, unknown):
    client.force_login(world.alpes.manager)

    assert client.get(reverse(PAGE), {"mail": unknown}).status_code == 404


def test_it_takes_the_right_of_settings(world, client):
    client.force_login(world.alpes.clerk)
    assert client.get(reverse(PAGE)).status_code == 403
    client.force_login(world.lac.owner)
    assert client.get(reverse(PAGE)).status_code == 404


@pytest.mark.parametrize("mail", ["", "documents_asked"])
def test_the_page_costs_the_same_whatever_it_shows(world, client, django_assert_num_queries, mail):
    client.force_login(world.alpes.manager)
    client.get(reverse(PAGE))

    with django_assert_num_queries(6 if mail else 5):  # of a mail, its cabinet's logo too
        client.get(reverse(PAGE), {"mail": mail} if mail else {})
