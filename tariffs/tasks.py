"""What the clock and the bell do about rates."""

from celery import shared_task

from tariffs import services


@shared_task
def see_to_tariffs() -> None:
    """Transmit to cabinets that came since, and print what is not printed yet; run twice, it does nothing more."""
    services.transmit_missing()
    services.make_pdfs()
