"""Who listens: every journal entry may be told to somebody."""

from typing import Any

from django.db import models
from django.db.models.signals import post_save
from django.dispatch import receiver

from accounts.doorbell import Doorbell
from accounts.journal import recorded
from accounts.models import JournalEntry, Knock
from accounts.scope import Actor, Kind
from messaging import services, tasks
from messaging.services import news

doorbell = Doorbell(tasks.send_due)


@receiver(recorded, dispatch_uid="messaging.tell")
def tell(sender: type[models.Model], entry: JournalEntry, subject: models.Model, **_more: Any) -> None:
    """Queue the mails of a fact."""
    if services.tell(entry, subject):
        doorbell.ring_after_commit()


@receiver(recorded, dispatch_uid="messaging.news")
def show(sender: type[models.Model], entry: JournalEntry, actor: Actor, **_more: Any) -> None:
    """What the cabinet does is news to the shop."""
    if actor.kind != Kind.REPAIRER and news.is_news(entry):
        news.show([entry.pk])


@receiver(post_save, sender=Knock, dispatch_uid="messaging.knock")
def somebody_knocked(sender: type[models.Model], **_more: Any) -> None:
    """Whatever was asked at the door, and by whomever: the answer goes by mail."""
    doorbell.ring_after_commit()
