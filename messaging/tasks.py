"""What the workers do for the outbox, as `System.OUTBOX`: each step of it enters that scope for itself."""

from celery import shared_task

from messaging import services


@shared_task
def send_due() -> None:
    """Empty the outbox; rung after a commit and by the clock, which alone would be enough."""
    services.send_due()
