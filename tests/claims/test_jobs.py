"""The job engine: ordered with the business, done once, taken over from the dead."""

import os
import signal
import subprocess
import sys
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from celery import current_app
from django.conf import settings as django_settings
from django.db import connection, transaction
from django.utils import timezone

from accounts import scope
from accounts.scope import System
from claims.models import Job
from claims.receivers import doorbell
from claims.services import jobs
from claims.tasks import work_due
from tests.factories import DossierFactory
from tests.messaging.test_crashes import in_threads

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _quiet(monkeypatch, settings):
    monkeypatch.setattr(doorbell, "silent_until", float("inf"))
    monkeypatch.setattr(jobs, "_trades", {})
    settings.JOBS_AT_ONCE = 8


def dossiers(number):
    with scope.system(System.TESTS):
        first = DossierFactory()
        return [first, *(DossierFactory(cabinet=first.cabinet) for _ in range(number - 1))]


def ordered(kind="essay", number=1):
    with transaction.atomic():
        return [jobs.order(kind, dossier) for dossier in dossiers(number)]


def again(job):
    with scope.system(System.TESTS):
        return Job.objects.get(pk=job.pk)


def change(**fields):
    with scope.system(System.TESTS):
        Job.objects.update(**fields)


def test_a_job_is_done_once_and_carries_its_owners(transactional_db):
    seen = []
    jobs.register("essay", lambda run: seen.append(run.subject_id))
    [job] = ordered()

    assert (jobs.run_due(), jobs.run_due()) == (1, 0)

    job = again(job)
    assert seen == [job.dossier_id]
    assert (job.state, job.progress, job.lease_until) == ("done", 100, None)
    with scope.system(System.TESTS):
        dossier = job.dossier
    assert (job.cabinet_id, job.establishment_id) == (dossier.cabinet_id, dossier.establishment_id)


def test_ordering_twice_is_one_job_and_again_starts_it_anew(transactional_db):
    jobs.register("essay", lambda run: None)
    [dossier] = dossiers(1)
    first = jobs.order("essay", dossier)
    assert jobs.order("essay", dossier).pk == first.pk
    jobs.run_due()

    assert jobs.order("essay", dossier).state == "done"
    assert jobs.order("essay", dossier, again=True).state == "due"
    assert jobs.run_due() == 1


def test_an_order_undone_with_its_business_leaves_nothing(transactional_db):
    jobs.register("essay", lambda run: None)
    [dossier] = dossiers(1)
    with transaction.atomic():
        jobs.order("essay", dossier)
        transaction.set_rollback(True)

    assert jobs.run_due() == 0


def test_several_workers_do_each_job_once(transactional_db):
    seen = []
    jobs.register("essay", lambda run: seen.append(run.subject_id))
    rows = ordered(number=30)

    results = in_threads(jobs.run_due, 4)

    assert sum(results) == 30
    assert sorted(seen) == sorted(row.subject_id for row in rows)


def test_as_many_as_may_be_done_at_once(transactional_db, settings):
    settings.JOBS_AT_ONCE = 1
    inner = []
    jobs.register("essay", lambda run: inner.append(jobs.run_due()))
    ordered(number=2)

    assert jobs.run_due() == 2
    assert inner == [0, 0], "while one is under way, nobody begins another"


def test_what_fails_is_tried_again_later_then_given_up_with_a_reason(transactional_db, time_machine):
    given_up = []
    jobs.register("essay", lambda run: 1 / 0, given_up=lambda job: given_up.append(job.pk))
    [job] = ordered()

    assert jobs.run_due() == 0
    waiting = again(job)
    assert (waiting.state, waiting.failures, waiting.error) == ("due", 1, "ZeroDivisionError")
    assert waiting.due_at > timezone.now() + timedelta(seconds=5)
    for _ in jobs.BACK_OFF:
        change(due_at="2020-01-01T00:00Z")
        jobs.run_due()

    job = again(job)
    assert (job.state, job.reason) == ("failed", jobs.TIRED)
    assert given_up == [job.pk]


def test_a_job_may_say_later_or_never(transactional_db):
    def later(run):
        raise jobs.LaterError("L’antivirus ne répond pas.", timedelta(minutes=5))

    def never(run):
        raise jobs.HopelessError("Ce fichier est illisible.")

    jobs.register("later", later)
    jobs.register("never", never)
    [one], [two] = ordered("later"), ordered("never")
    jobs.run_due()

    one, two = again(one), again(two)
    assert (one.state, one.failures, one.reason) == ("due", 0, "L’antivirus ne répond pas.")
    assert (two.state, two.reason) == ("failed", "Ce fichier est illisible.")


def test_a_heartbeat_extends_the_lease_and_tells_the_progress(transactional_db):
    found = []

    def work(run):
        before = again(run.job).lease_until
        run.beat(40)
        now = again(run.job)
        found.append((now.progress, now.lease_until > before))

    jobs.register("essay", work)
    ordered()
    jobs.run_due()

    assert found == [(40, True)]


def test_who_was_overtaken_writes_nothing(transactional_db, caplog):
    def work(run):
        change(lease_until="2020-01-01T00:00Z")
        if run.job.attempts == 1:
            assert jobs.run_due() == 1, "another worker takes it over meanwhile"
            with scope.system(System.JOBS):
                type(run.job.dossier).objects.update(make="overtaken")
                run.done()
        else:
            run.done()

    jobs.register("essay", work)
    [job] = ordered()
    jobs.run_due()

    with scope.system(System.TESTS):
        assert again(job).dossier.make == "Peugeot"
    assert again(job).attempts == 2
    assert "taken over" in caplog.text


WORKER = """
import sys, time, django; django.setup()
from claims.services import jobs
jobs.register("essay", lambda run: (run.beat(30), print("begun", flush=True), time.sleep(60)))
jobs.run_due()
"""


@pytest.mark.slow
def test_a_worker_that_is_killed_is_taken_over_when_its_lease_has_passed(transactional_db):
    jobs.register("essay", lambda run: None)
    [job] = ordered()
    address = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    environment = {**os.environ, "DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "portal.settings"}
    command = [sys.executable, "-c", WORKER.replace("jobs.register", "jobs._trades.clear(); jobs.register", 1)]
    worker = subprocess.Popen(command, cwd=django_settings.BASE_DIR, env=environment, stdout=subprocess.PIPE)
    assert worker.stdout.readline() == b"begun\n"
    worker.send_signal(signal.SIGKILL)
    worker.communicate(timeout=10)

    assert (again(job).state, again(job).progress) == ("running", 30)
    assert jobs.run_due() == 0, "the lease still holds"
    change(lease_until="2020-01-01T00:00Z")
    assert jobs.run_due() == 1
    assert (again(job).state, again(job).attempts, again(job).failures) == ("done", 2, 1)


def test_a_job_that_kills_its_workers_is_given_up(transactional_db):
    jobs.register("essay", lambda run: pytest.fail("not again"))
    [job] = ordered()
    change(state="running", lease_until="2020-01-01T00:00Z", failures=len(jobs.BACK_OFF))

    jobs.run_due()

    assert (again(job).state, again(job).error) == ("failed", "worker lost")


def test_without_a_broker_the_clock_does_it(transactional_db, monkeypatch):
    monkeypatch.setattr(doorbell, "silent_until", 0.0)
    monkeypatch.setattr(current_app.conf, "broker_url", "redis://127.0.0.1:1/0")
    jobs.register("essay", lambda run: None)
    [job] = ordered()
    assert doorbell.silent_until > 0

    entry = django_settings.CELERY_BEAT_SCHEDULE["work-due"]
    assert entry["task"] == work_due.name
    work_due()

    assert again(job).state == "done"
