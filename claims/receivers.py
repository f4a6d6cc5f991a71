"""What follows from a fact of the journal inside the dossier itself."""

from typing import Any

from django.db import models
from django.dispatch import receiver

from accounts.journal import recorded
from accounts.models import JournalEntry
from accounts.scope import Actor
from claims.models import Dossier
from claims.services import expectations, requests


@receiver(recorded, dispatch_uid="claims.expect")
def expect(sender: type[models.Model], entry: JournalEntry, subject: models.Model, actor: Actor, **_more: Any) -> None:
    """Every fact of a dossier, or of something that hangs on one, may change what is expected next."""
    dossier_id = subject.pk if isinstance(subject, Dossier) else getattr(subject, "dossier_id", None)
    if dossier_id is not None:
        requests.note_answers(dossier_id, actor=actor)
        expectations.refresh([dossier_id])
