"""The upkeep that runs by the clock, and the work that waits."""

from celery import shared_task

from accounts import scope
from accounts.scope import System
from claims.services import (
    archiving,
    checks,
    jobs,
    photobook,
    quarantine,
    receipts,
    reminders,
    searching,
    shotbook,
    supplementpdf,
    tallies,
    uploads,
)
from claims.services.imports import files

TRADES = (
    checks,
    files,
    photobook,
    quarantine,
    receipts,
    shotbook,
    supplementpdf,
)  # the modules that register what a worker knows to do


@shared_task
@scope.system(System.UPKEEP)
def fold_tallies() -> None:
    """Sum up the ledger of counts, so that reading it stays short."""
    tallies.fold()


@shared_task
def settle_search() -> None:
    """Keep searches short after an import; it reads no row."""
    searching.settle()


@shared_task
def work_due() -> None:
    """Do the jobs that are due; rung after a commit and by the clock, which alone would be enough."""
    jobs.run_due()


@shared_task
def remind() -> None:
    """The reminders of the day, once however often it is called; nobody rings, the clock does."""
    reminders.remind()


@shared_task
@scope.system(System.UPKEEP)
def purge_uploads() -> None:
    """Remove the files that were not sent within a day, and the imported ones of a week ago."""
    uploads.purge_uploads()
    files.purge_files()


@shared_task
@scope.system(System.UPKEEP)
def remove_old_archives() -> None:
    """Keep an archive for a day, and nothing of one that was never finished."""
    archiving.sweep()
