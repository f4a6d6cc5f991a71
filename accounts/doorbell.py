"""A word to the workers that something is due, after commit, best effort: rows are the truth, the clock keeps them."""

import logging
import time

from celery import Task, current_app
from django.db import connection, transaction
from kombu.exceptions import KombuError

logger = logging.getLogger(__name__)


class Doorbell:
    """Rings one task, which looks for what is due; nothing is lost when nobody hears it.

    A broker that hangs costs one request a second; then nobody rings for half a minute.
    """

    PATIENCE = 1  # seconds
    SILENCE = 30  # seconds

    def __init__(self, task: "Task[[], object]") -> None:
        self.task = task
        self.silent_until = 0.0

    def ring(self) -> None:
        if time.monotonic() < self.silent_until:
            return
        limits = {"socket_connect_timeout": self.PATIENCE, "socket_timeout": self.PATIENCE, "max_retries": 0}
        try:
            with current_app.connection_for_write(transport_options=limits) as broker:
                producer = current_app.amqp.Producer(broker, auto_declare=False)
                self.task.apply_async(producer=producer, retry=False, expires=60)
        except (KombuError, OSError) as problem:
            self.silent_until = time.monotonic() + self.SILENCE
            logger.warning("The broker does not answer (%s): the clock will see to it.", type(problem).__name__)

    def ring_after_commit(self) -> None:
        """Once for all the facts of a transaction, however many there were."""
        if not any(hook[1] == self.ring for hook in connection.run_on_commit):
            transaction.on_commit(self.ring, robust=True)
