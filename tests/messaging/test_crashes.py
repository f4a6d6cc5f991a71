"""Two senders, a sender killed at the worst moment, a broker that is away."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from urllib.parse import urlsplit

import pytest
from celery import current_app
from django.conf import settings as django_settings
from django.core import mail
from django.db import connection, transaction

from accounts import scope
from accounts.scope import System
from messaging.models import Notification
from messaging.receivers import doorbell
from messaging.services import send_due, wake_waiting
from messaging.services.failures import UNREACHABLE
from messaging.services.letters import message_id
from tests.messaging.conftest import again, queue

pytestmark = pytest.mark.django_db(transaction=True)


def in_threads(act, number):
    """Run `act` in several threads at once; what each returned."""
    barrier, results = threading.Barrier(number), []

    def run():
        barrier.wait()
        try:
            results.append(act())
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


def test_several_senders_send_each_mail_once(transactional_db, relay):
    rows = [queue() for _ in range(40)]

    reports = in_threads(send_due, 4)

    assert sum(report.sent for report in reports) == 40
    assert sorted(relay.message_ids) == sorted(message_id(row.key) for row in rows)


def sender(relay) -> subprocess.Popen:
    """A process of its own that empties the outbox of the test's base."""
    address = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    environment = {**os.environ, "DATABASE_URL": address, "EMAIL_URL": f"smtp://127.0.0.1:{relay.port}"}
    command = [sys.executable, "manage.py", "envoyer_mails"]
    return subprocess.Popen(command, cwd=django_settings.BASE_DIR, env=environment, stderr=subprocess.PIPE)


@pytest.mark.slow
def test_a_sender_killed_before_marking_loses_nothing(transactional_db, relay):
    row = queue()
    relay.pause = 30

    process = sender(relay)
    assert relay.arrived.wait(30), process.stderr.read()
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=10)
    claimed = again(row)
    assert (claimed.state, claimed.attempts) == ("queued", 1)
    assert send_due().sent == 0, "the lease still holds"

    relay.pause = 0
    with scope.system(System.TESTS):
        Notification.objects.update(leased_until="2020-01-01T00:00Z")
    assert send_due().sent == 1
    assert relay.message_ids == [message_id(row.key)] * 2


def test_a_sender_that_was_overtaken_marks_nothing(transactional_db, relay, caplog):
    row = queue()

    def overtaken():
        assert relay.arrived.wait(10)
        with scope.system(System.TESTS):
            Notification.objects.update(attempts=9)

    relay.pause = 0.5
    thread = threading.Thread(target=lambda: (overtaken(), connection.close()))
    thread.start()
    report = send_due()
    thread.join()

    assert report.sent == 0
    assert again(row).state == "queued"
    assert "possibly sent twice" in caplog.text


def test_repairing_the_relay_takes_nothing_from_who_is_sending(transactional_db):
    row = queue()
    with scope.system(System.TESTS):
        Notification.objects.update(reason=UNREACHABLE, leased_until="2100-01-01T00:00Z")

    wake_waiting()

    assert send_due().sent == 0
    assert again(row).leased_until is not None


@pytest.fixture
def broker(monkeypatch):
    """A function that points Celery at another broker."""
    monkeypatch.setattr(doorbell, "silent_until", 0.0)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(5)
        addresses = {"refuses": "redis://127.0.0.1:1/0", "hangs": f"redis://127.0.0.1:{silent.getsockname()[1]}/0"}
        yield lambda name: monkeypatch.setattr(current_app.conf, "broker_url", addresses[name])


@pytest.mark.parametrize(("trouble", "seconds"), [("refuses", 0.5), ("hangs", 1.5)])
def test_a_broker_that_is_away_costs_one_request_a_second_at_most(transactional_db, broker, trouble, seconds):
    broker(trouble)

    took = []
    for _ in range(3):
        begin = time.monotonic()
        queue()
        took.append(time.monotonic() - begin)

    assert doorbell.silent_until > time.monotonic()
    assert took[0] < seconds
    assert max(took[1:]) < 0.3
    assert send_due().sent == 3
    assert len(mail.outbox) == 3


def test_the_bell_rings_once_a_transaction(transactional_db, monkeypatch):
    monkeypatch.setattr(doorbell, "silent_until", float("inf"))

    with transaction.atomic():
        for _ in range(5):
            queue()
        rings = [hook for hook in connection.run_on_commit if hook[1] == doorbell.ring]

    assert len(rings) == 1


def test_the_bell_reaches_the_workers_queue(transactional_db, monkeypatch):
    monkeypatch.setattr(doorbell, "silent_until", 0.0)

    with current_app.connection_for_write() as broker, broker.SimpleQueue("celery") as waiting:
        waiting.clear()
        queue()
        message = waiting.get(timeout=3)
        message.ack()

    assert message.headers["task"] == "messaging.tasks.send_due"
    assert message.headers["expires"]
