"""The upkeep that runs by the clock."""

from celery import shared_task

from accounts import scope
from accounts.scope import System
from claims.services import tallies


@shared_task
@scope.system(System.UPKEEP)
def fold_tallies() -> None:
    """Sum up the ledger of counts, so that reading it stays short."""
    tallies.fold()
