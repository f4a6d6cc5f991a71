"""What the workers do for the outbox, as `System.OUTBOX`: each step of it enters that scope for itself."""

from celery import shared_task

from messaging import services
from messaging.services import digests


@shared_task
def send_due() -> None:
    """Empty the outbox; rung after a commit and by the clock, which alone would be enough."""
    services.send_due()


@shared_task
def write_digests() -> None:
    """The letters that are due, once however often it is called; nobody rings, the clock does."""
    digests.write_due()
