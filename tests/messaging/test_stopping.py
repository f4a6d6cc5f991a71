"""The link that stops a kind of mail: signed, without signing in, by POST alone (RFC 8058)."""

import re

import pytest
from django.core import mail
from django.test import Client

from accounts import journal, scope
from accounts.scope import System
from accounts.services import Event
from messaging.models import ChannelChoice, Notification
from messaging.services import send_due
from messaging.services.stopping import stop_link
from messaging.topics import Topic

pytestmark = pytest.mark.usefixtures("nothing_chosen")
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def path(link: str) -> str:
    return "/" + link.split("/", 3)[3]


@pytest.fixture
def nothing_chosen(world):
    ChannelChoice.objects.all().delete()


@pytest.fixture
def sent(world, settings):
    settings.BASE_URL = "https://portail.exemple.test"
    Notification.objects.all().delete()
    with scope.system(System.TESTS) as actor:
        journal.record(world.lac.requests["ALPES"], "documents_asked", actor=actor)
        journal.record(world.lac.owner, Event.PASSWORD_CHANGED, actor=actor)
    send_due()
    return {"optional": mail.outbox[0].message(), "mandatory": mail.outbox[-1].message()}


def test_an_optional_mail_carries_both_headers_and_the_link(sent):
    header = sent["optional"]["List-Unsubscribe"]

    assert re.fullmatch(r"<https://portail\.exemple\.test/notifications/arret/\d+-demandes\.[\w-]{43}/>", header)
    assert sent["optional"]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert re.search(rf"^List-Unsubscribe:\s+{re.escape(header)}$", sent["optional"].as_string(), re.MULTILINE)
    assert header.strip("<>") in mail.outbox[0].body


def test_a_mandatory_one_carries_none(sent):
    assert "List-Unsubscribe" not in sent["mandatory"]
    assert "Ne plus recevoir" not in mail.outbox[-1].body


def test_one_click_stops_that_kind_alone_and_twice_is_once(world, settings):
    settings.SECURE_SSL_REDIRECT = False
    program = Client(enforce_csrf_checks=True)
    link = path(stop_link(world.lac.owner.pk, Topic.REQUESTS))

    for _ in range(2):
        assert program.post(link, ONE_CLICK).status_code == 200

    assert list(ChannelChoice.objects.values_list("user", "topic", "channel")) == [
        (world.lac.owner.pk, "demandes", "portail")
    ]


@pytest.mark.parametrize("method", ["get", "head"])
def test_looking_stops_nothing(world, client, method):
    answer = getattr(client, method)(path(stop_link(world.lac.owner.pk, Topic.DATES)))

    assert answer.status_code == 200
    assert not ChannelChoice.objects.exists()


def test_the_page_has_a_button_and_says_what_was_done(world, client):
    link = path(stop_link(world.lac.owner.pk, Topic.DATES))

    assert "Ne plus recevoir ces e-mails</button>" in client.get(link).content.decode()
    assert "C’est noté" in client.post(link).content.decode()


def test_stopping_the_summary_stops_what_would_wait_for_it(world, client):
    for topic, channel in (("rapport", "resume"), ("dates", "mail")):
        ChannelChoice.objects.create(user=world.lac.owner, topic=topic, channel=channel)

    client.post(path(stop_link(world.lac.owner.pk, Topic.MORNING)))

    chosen = dict(ChannelChoice.objects.values_list("topic", "channel"))
    assert chosen == {"rapport": "portail", "dates": "mail", "matin": "portail"}


def _forged(world):
    good = path(stop_link(world.lac.owner.pk, Topic.DATES))
    yield good.replace(f"{world.lac.owner.pk}-", f"{world.mer.owner.pk}-")
    yield good.replace("dates", "rapport")
    yield good[:-2] + "/"
    yield "/notifications/arret/x/"
    yield "/notifications/arret/1-dates./"


@pytest.mark.parametrize("number", range(5))
def test_a_link_of_nobody_s_making_stops_nothing(world, client, number):
    link = list(_forged(world))[number]

    for answer in (client.get(link), client.post(link, ONE_CLICK)):
        assert answer.status_code == 404
        assert "pas valable" in answer.content.decode()
    assert not ChannelChoice.objects.exists()


def test_a_closed_account_has_nothing_to_stop(world, client):
    world.lac.owner.is_active = False
    world.lac.owner.save()

    assert client.post(path(stop_link(world.lac.owner.pk, Topic.DATES))).status_code == 404
