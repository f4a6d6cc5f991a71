"""The upkeep of accounts that runs by the clock."""

from celery import shared_task

from accounts.services import upkeep


@shared_task
def purge_unconfirmed() -> None:
    """Forget the sign-ups that nobody confirmed for a week."""
    upkeep.purge_unconfirmed()


@shared_task
def announce_proposals() -> None:
    """Tell companies of the establishments that may be theirs."""
    upkeep.announce_proposals()
