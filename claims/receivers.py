"""Who listens: a job that is ordered rings the workers; a fact of a dossier may change what is expected next."""

from typing import Any

from django.db import models
from django.db.models.signals import post_save
from django.dispatch import receiver

from accounts.doorbell import Doorbell
from accounts.journal import recorded
from accounts.models import JournalEntry
from accounts.scope import Actor
from claims import tasks
from claims.models import Dossier, Job
from claims.services import expectations, requests

doorbell = Doorbell(tasks.work_due)


@receiver(post_save, sender=Job, dispatch_uid="claims.ring")
def ring(**_more: Any) -> None:
    """A job is saved only to be ordered; everything later is an update."""
    doorbell.ring_after_commit()


@receiver(recorded, dispatch_uid="claims.expect")
def expect(sender: type[models.Model], entry: JournalEntry, subject: models.Model, actor: Actor, **_more: Any) -> None:
    """Whatever is said of a dossier, or of something that hangs on one."""
    dossier_id = subject.pk if isinstance(subject, Dossier) else getattr(subject, "dossier_id", None)
    if dossier_id is not None:
        requests.note_answers(dossier_id, actor=actor)
        expectations.refresh([dossier_id])
