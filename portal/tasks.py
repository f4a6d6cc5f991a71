"""What the clock does for operations."""

from celery import shared_task

from portal.watch import canary


@shared_task
def sing() -> None:
    """Order the canary's job, which a worker then does: the watch sees by it that work goes on."""
    canary.sing()
