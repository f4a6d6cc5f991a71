"""Who listens: every journal entry may be told to somebody."""

from typing import Any

from django.db import models
from django.dispatch import receiver

from accounts.doorbell import Doorbell
from accounts.journal import recorded
from accounts.models import JournalEntry
from messaging import services, tasks

doorbell = Doorbell(tasks.send_due)


@receiver(recorded, dispatch_uid="messaging.tell")
def tell(sender: type[models.Model], entry: JournalEntry, subject: models.Model, **_more: Any) -> None:
    """Queue the mails of a fact."""
    if services.tell(entry, subject):
        doorbell.ring_after_commit()
