"""Order, claim, do, mark: work that survives a killed worker, a dead broker and a second worker.

`order` writes a row in the business transaction. A worker claims it with a lease and commits, does it, and marks it;
a lease that has passed lets another take over, so that what a job does must bear being done twice. Results that must
not be written by a worker that was overtaken are written in one transaction with `run.done()`.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now

from accounts import scope
from accounts.scope import Actor, System
from claims.models import Dossier, Job

logger = logging.getLogger(__name__)

State = Job.State
BACK_OFF = (10, 60, 300, 1800)  # seconds after each failure; then it has failed for good
TIRED = "Le traitement a échoué plusieurs fois : le support en est averti."


class LaterError(Exception):
    """Not now, through no fault of this job; `reason` is shown to people, `wait` says when to try again."""

    def __init__(self, reason: str, wait: timedelta) -> None:
        super().__init__(reason)
        self.reason = reason
        self.wait = wait


class HopelessError(Exception):
    """Never: trying again would fail again. The text is shown to people."""


class OvertakenError(Exception):
    """Another worker has taken the job over: whatever this one was about to write must not be."""


@dataclass(frozen=True, slots=True)
class Run:
    """A job while it is being done."""

    job: Job
    lease: timedelta

    @property
    def subject_id(self) -> int:
        return self.job.subject_id

    def beat(self, progress: int | None = None) -> None:
        """Say that one is alive, and how far (per cent): extends the lease. Raises `OvertakenError`."""
        fields: dict[str, Any] = {"lease_until": Now() + self.lease}
        if progress is not None:
            fields["progress"] = max(0, min(99, progress))
        self._write(fields)

    def done(self) -> None:
        """Mark the job done in the caller's transaction, with what it wrote. Raises `OvertakenError`."""
        self._write({"state": State.DONE, "progress": 100, "reason": "", "error": "", **_ended()})

    def _write(self, fields: dict[str, Any]) -> None:
        with scope.system(System.JOBS):
            if not _still_ours(self.job).update(**fields):
                raise OvertakenError


Work = Callable[[Run], None]
GivenUp = Callable[[Job], None]


@dataclass(frozen=True, slots=True)
class Trade:
    """How one kind of job is done."""

    work: Work
    lease: timedelta
    given_up: GivenUp | None


_trades: dict[str, Trade] = {}


def register(
    kind: str, work: Work, *, lease: timedelta = timedelta(seconds=60), given_up: GivenUp | None = None
) -> None:
    """Say how `kind` is done: outside any transaction, entering the scope it needs; twice must be as good as once.

    `lease` is longer than the longest silence between two `run.beat()`; `given_up` hears, under the jobs' scope, that
    it has failed for good.
    """
    if kind in _trades:
        raise ValueError(f"the job {kind} is registered twice")
    _trades[kind] = Trade(work, lease, given_up)


def order(kind: str, subject: models.Model, *, actor: Actor | None = None, again: bool = False) -> Job:
    """Have something done about a row, in the transaction that makes it necessary; ordered twice it is one job.

    `again` starts a job that has ended anew.
    """
    if kind not in _trades:
        raise ValueError(f"nobody knows how to do {kind}")
    dossier_id = subject.pk if isinstance(subject, Dossier) else getattr(subject, "dossier_id", None)
    about = {"kind": kind, "subject_type": subject._meta.label_lower, "subject_id": subject.pk}
    with scope.system(System.JOBS):
        job, _is_new = Job.objects.get_or_create(
            **about,
            defaults={
                "dossier_id": dossier_id,
                "cabinet_id": getattr(subject, "cabinet_id", None),
                "establishment_id": getattr(subject, "establishment_id", None),
                "user_id": actor.user_id if actor else None,
            },
        )
        if again and job.is_over:
            job.state, job.progress, job.failures = State.DUE, 0, 0
            job.ended_at, job.reason, job.error, job.due_at = None, "", "", Now()
            job.save()
    return job


def job_of(kind: str, subject: models.Model) -> QuerySet[Job]:
    """The job of this kind about this row, for whoever may see it."""
    return Job.objects.filter(kind=kind, subject_type=subject._meta.label_lower, subject_id=subject.pk)


def run_due(limit: int | None = None, *, seconds: float = 20) -> int:
    """Do what is due until nothing is, `limit` is reached or the time is over; how many were done.

    Any number of workers may call it at once.
    """
    done, until = 0, time.monotonic() + seconds
    while (limit is None or done < limit) and time.monotonic() < until:
        job = _claim()
        if job is None:
            break
        done += _do(job)
    return done


def _unended() -> QuerySet[Job]:
    return Job.objects.filter(state__in=[State.DUE, State.RUNNING])


def _still_ours(job: Job) -> QuerySet[Job]:
    return Job.objects.filter(pk=job.pk, attempts=job.attempts, state=State.RUNNING)


def _ended() -> dict[str, Any]:
    return {"lease_until": None, "ended_at": Now()}


def _claim() -> Job | None:
    """The job due the longest, leased; none while as many as may be done at once are under way."""
    with scope.system(System.JOBS):
        if Job.objects.filter(state=State.RUNNING, lease_until__gt=Now()).count() >= settings.JOBS_AT_ONCE:
            return None
        free = Q(state=State.DUE, due_at__lte=Now()) | Q(state=State.RUNNING, lease_until__lte=Now())
        rows = _unended().filter(free, kind__in=list(_trades)).order_by("due_at", "pk")
        job = rows.select_for_update(of=("self",), skip_locked=True).first()
        if job is None:
            return None
        abandoned = job.state == State.RUNNING
        job.attempts += 1
        job.failures += abandoned
        job.error = "worker lost" if abandoned else job.error
        job.state = State.RUNNING
        _take(job)
    return job


def _take(job: Job) -> None:
    fields = {"state": job.state, "failures": job.failures, "error": job.error}
    lease = Now() + _trades[job.kind].lease
    Job.objects.filter(pk=job.pk).update(attempts=F("attempts") + 1, lease_until=lease, **fields)


def _do(job: Job) -> int:
    """One job, whatever happens to it: one that cannot be done must not hold the others back."""
    trade = _trades[job.kind]
    if job.failures > len(BACK_OFF):  # it takes its workers down with it
        _give_up(job, TIRED, trade)
        return 0
    run = Run(job, trade.lease)
    try:
        trade.work(run)
    except OvertakenError:
        logger.warning("Job %s was taken over by another worker.", job.pk)
    except LaterError as reason:
        _put_off(job, {"due_at": Now() + reason.wait, "reason": reason.reason[:200]})
    except HopelessError as refusal:
        _give_up(job, str(refusal), trade)
    except Exception as problem:  # noqa: BLE001 -- see above; each is counted, and none is silent
        _stumble(job, problem, trade)
    else:
        return _mark_done(run)
    return 0


def _mark_done(run: Run) -> int:
    """Most jobs mark themselves with what they wrote; the others are marked here."""
    with scope.system(System.JOBS):
        fields: dict[str, Any] = {"state": State.DONE, "progress": 100, "reason": "", "error": "", **_ended()}
        _still_ours(run.job).update(**fields)
    return 1


def _stumble(job: Job, problem: Exception, trade: Trade) -> None:
    name = type(problem).__name__
    logger.warning("Job %s (%s) failed: %s", job.pk, job.kind, name, exc_info=problem)
    job.error = name[:80]
    if job.failures >= len(BACK_OFF):
        _give_up(job, TIRED, trade)
    else:
        wait = timedelta(seconds=BACK_OFF[job.failures])
        _put_off(job, {"due_at": Now() + wait, "failures": F("failures") + 1, "error": job.error})


def _put_off(job: Job, fields: dict[str, Any]) -> None:
    with scope.system(System.JOBS):
        waiting: dict[str, Any] = {"state": State.DUE, "lease_until": None}
        _still_ours(job).update(**waiting, **fields)


def _give_up(job: Job, reason: str, trade: Trade) -> None:
    with scope.system(System.JOBS):
        fields: dict[str, Any] = {"state": State.FAILED, "reason": reason[:200], "error": job.error, **_ended()}
        if _still_ours(job).update(**fields) and trade.given_up is not None:
            job.reason = reason
            trade.given_up(job)
