"""The journal's one door, and the project's one signal."""

from typing import Any

from django.db import models
from django.dispatch import Signal

from accounts.models import JournalEntry
from accounts.scope import Actor

recorded = (
    Signal()
)  # sent with entry=JournalEntry, subject=the row, actor=Actor; receivers run in the same transaction


def record(subject: models.Model, event: str, *, actor: Actor, **detail: Any) -> JournalEntry:
    """Write one fact about `subject` and tell whoever listens."""
    entry = entry_of(subject, event, actor=actor, **detail)
    entry.save(force_insert=True)
    recorded.send(sender=type(subject), entry=entry, subject=subject, actor=actor)
    return entry


def entry_of(subject: models.Model, event: str, *, actor: Actor, **detail: Any) -> JournalEntry:
    """One fact, not yet written; whose it is (cabinet, shop, dossier) is copied."""
    return JournalEntry(
        event=event,
        subject_type=subject._meta.label_lower,
        subject_id=subject.pk,
        subject_label=str(subject)[:160],
        actor_label=actor.label,
        actor_role=actor.role,
        user_id=actor.user_id,
        cabinet_id=getattr(subject, "cabinet_id", None),
        establishment_id=getattr(subject, "establishment_id", None),
        dossier_id=getattr(subject, "dossier_id", None),
        detail=detail,
    )
