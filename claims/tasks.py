"""The upkeep that runs by the clock, and the work that waits."""

from celery import shared_task

from accounts import scope
from accounts.scope import System
from claims.services import archiving, jobs, tallies


@shared_task
@scope.system(System.UPKEEP)
def fold_tallies() -> None:
    """Sum up the ledger of counts, so that reading it stays short."""
    tallies.fold()


@shared_task
def work_due() -> None:
    """Do the jobs that are due; rung after a commit and by the clock, which alone would be enough."""
    jobs.run_due()


@shared_task
@scope.system(System.UPKEEP)
def remove_old_archives() -> None:
    """Keep an archive for a day, and nothing of one that was never finished."""
    archiving.sweep()
