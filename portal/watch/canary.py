"""A row that only finished work moves on: clock, broker, worker, job and database, all in one.

A worker that lives and does nothing looks well to whoever asks whether it lives.
"""

from datetime import datetime
from typing import Any

from django.db.models.functions import Now

from accounts import scope
from accounts.scope import System
from claims.models import Job
from claims.services import jobs
from claims.services.jobs import Run

KIND = "canari"
WHAT: dict[str, Any] = {"kind": KIND, "subject_type": "portal.canari", "subject_id": 0}


def sing() -> None:
    """Order the job anew, unless it still waits; what the clock does each minute."""
    with scope.system(System.WATCH):
        job, is_new = Job.objects.get_or_create(**WHAT)
        if not is_new and job.is_over:
            fresh: dict[str, Any] = {
                "state": Job.State.DUE,
                "ended_at": None,
                "lease_until": None,
                "failures": 0,
                "due_at": Now(),
            }
            Job.objects.filter(pk=job.pk).update(**fresh, ordered_at=Now())


def last_seen() -> datetime | None:
    """When it was done last; while it waits again, when it was ordered is as much as is known. In a scope."""
    job = Job.objects.filter(**WHAT).first()
    if job is None:
        return None
    return job.ended_at or job.ordered_at


def _done(_run: Run) -> None:
    """There is nothing to do: that it is done is all."""


jobs.register(KIND, _done)
