"""Who listens: every journal entry may be told to somebody."""

import logging
import time
from typing import Any

from celery import current_app
from django.db import connection, models, transaction
from django.dispatch import receiver
from kombu.exceptions import KombuError

from accounts.journal import recorded
from accounts.models import JournalEntry
from messaging import services, tasks

logger = logging.getLogger(__name__)


class Doorbell:
    """A word to the workers that something is due. Best effort: the clock sends what no bell announced.

    A broker that hangs costs one request a second; then nobody rings for half a minute.
    """

    PATIENCE = 1  # seconds
    SILENCE = 30  # seconds

    def __init__(self) -> None:
        self.silent_until = 0.0

    def ring(self) -> None:
        if time.monotonic() < self.silent_until:
            return
        limits = {"socket_connect_timeout": self.PATIENCE, "socket_timeout": self.PATIENCE, "max_retries": 0}
        try:
            with current_app.connection_for_write(transport_options=limits) as broker:
                producer = current_app.amqp.Producer(broker, auto_declare=False)
                tasks.send_due.apply_async(producer=producer, retry=False, expires=60)
        except (KombuError, OSError) as problem:
            self.silent_until = time.monotonic() + self.SILENCE
            logger.warning("The broker does not answer (%s): mails wait for the clock.", type(problem).__name__)


doorbell = Doorbell()


@receiver(recorded, dispatch_uid="messaging.tell")
def tell(sender: type[models.Model], entry: JournalEntry, subject: models.Model, **_more: Any) -> None:
    """Queue the mails of a fact, and ring once when all is committed, however many facts there were."""
    if services.tell(entry, subject) and not any(hook[1] == doorbell.ring for hook in connection.run_on_commit):
        transaction.on_commit(doorbell.ring, robust=True)
