"""What each answer of a mail server makes of a mail, against a real server on loopback."""

from datetime import timedelta

import pytest
from django.utils import timezone

from messaging.models import Notification
from messaging.services import send_due, wake_waiting
from messaging.services.failures import UNREACHABLE
from tests.messaging.conftest import again, make_due, queue

pytestmark = pytest.mark.usefixtures("db")


def wait_of(row) -> float:
    return (again(row).not_before - timezone.now()).total_seconds()


@pytest.mark.parametrize(
    ("verb", "reply", "reason"),
    [
        ("RCPT", "550 no such user", "adresse refusée par le serveur de mail (550)"),
        ("DATA", "554 no", "message refusé par le serveur de mail (554)"),
        ("BODY", "552 too much", "message refusé par le serveur de mail (552)"),
    ],
)
def test_a_final_refusal_fails_at_once(relay, verb, reply, reason):
    row = queue()
    relay.replies[verb] = reply

    assert send_due().failed == 1
    assert (again(row).state, again(row).reason, again(row).attempts) == ("failed", reason, 1)


@pytest.mark.parametrize(
    ("verb", "reply", "reason"),
    [
        ("RCPT", "450 later", "adresse refusée pour l’instant (450)"),
        ("MAIL", "421 closing", "le serveur de mail a répondu 421"),
        ("MAIL", "550 sender unknown", "le serveur de mail a répondu 550"),
        ("BODY", "451 later", "le serveur de mail a répondu 451"),
        ("RCPT", "drop", "la connexion au serveur de mail s’est interrompue"),
        ("BODY", "drop", "la connexion au serveur de mail s’est interrompue"),
    ],
)
def test_a_passing_trouble_is_tried_again(relay, verb, reply, reason):
    row = queue()
    relay.replies[verb] = reply

    assert send_due().postponed == 1
    assert (again(row).state, again(row).reason) == ("queued", reason)
    assert 8 < wait_of(row) <= 12

    relay.replies.clear()
    make_due()
    assert send_due().sent == 1
    assert len(set(relay.message_ids)) == 1


def test_the_waits_grow_to_an_hour(relay):
    row = queue()
    relay.replies["RCPT"] = "450 later"

    waits = []
    for _ in range(7):
        make_due()
        send_due()
        waits.append(wait_of(row))

    for wait, seconds in zip(waits, (10, 30, 120, 600, 3600, 3600, 3600), strict=True):
        assert seconds - 2 < wait <= seconds * 1.2


def test_after_two_days_it_is_given_up(relay):
    row = queue()
    relay.replies["RCPT"] = "450 later"
    Notification.objects.filter(pk=row.pk).update(created_at=timezone.now() - timedelta(hours=49))

    assert send_due().failed == 1
    assert again(row).state == "failed"


def test_one_bad_address_does_not_hold_the_others(relay):
    rows = [queue() for _ in range(3)]
    relay.replies["RCPT"] = "450 later"
    Notification.objects.exclude(pk=rows[0].pk).update(not_before="2100-01-01T00:00Z")
    send_due()
    relay.replies.clear()
    Notification.objects.exclude(pk=rows[0].pk).update(not_before="2020-01-01T00:00Z")

    assert send_due().sent == 2


def test_a_server_that_is_away_is_asked_by_one_batch_at_a_time(relay, settings):
    rows = [queue() for _ in range(25)]
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1

    assert send_due().postponed == 10
    assert send_due().postponed == 0
    assert {again(row).reason for row in rows} == {UNREACHABLE, ""}

    settings.EMAIL_PORT = port
    wake_waiting()
    assert send_due().sent == 25
    assert len(set(relay.message_ids)) == 25


def test_a_server_that_is_away_never_makes_a_mail_fail(relay, settings):
    row = queue()
    settings.EMAIL_PORT = 1
    Notification.objects.filter(pk=row.pk).update(created_at=timezone.now() - timedelta(days=4), attempts=5000)

    assert send_due().postponed == 1
    assert 50 < wait_of(row) <= 60
