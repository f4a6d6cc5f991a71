"""Who listens: a job rings the workers, a refused draft gives its files back, a fact changes what is expected."""

from typing import Any

from django.db import models
from django.db.models.signals import post_save
from django.dispatch import receiver

from accounts.doorbell import Doorbell
from accounts.journal import recorded
from accounts.models import Draft, Establishment, JournalEntry
from accounts.scope import Actor
from accounts.services import Event
from accounts.services.merging import leave_behind
from claims import tasks
from claims.models import Dossier, DossierTally, Job
from claims.services import deposits, expectations, incidents, memos, requests, shots
from claims.services.dossiers import follow_merger
from claims.workflow import Action

doorbell = Doorbell(tasks.work_due)
leave_behind(DossierTally)  # the dossiers' own triggers write the differences, which come to nothing for the former


@receiver(post_save, sender=Job, dispatch_uid="claims.ring")
def ring(**_more: Any) -> None:
    """A job is saved only to be ordered; everything later is an update."""
    doorbell.ring_after_commit()


@receiver(recorded, sender=Draft, dispatch_uid="claims.hand_back")
def hand_back(entry: JournalEntry, subject: models.Model, **_more: Any) -> None:
    if entry.event == Event.DRAFT_DECIDED and isinstance(subject, Draft) and subject.state == Draft.State.REFUSED:
        deposits.hand_back(subject)
        shots.hand_back(subject)


@receiver(recorded, sender=Dossier, dispatch_uid="claims.settle")
def settle(entry: JournalEntry, subject: models.Model, actor: Actor, **_more: Any) -> None:
    """A car whose works begin, or whose dossier ends, was seen."""
    if entry.event in {Action.START_WORKS, Action.CLOSE} and isinstance(subject, Dossier):
        incidents.settle_unseen(subject, actor=actor)


@receiver(recorded, sender=Dossier, dispatch_uid="claims.forget")
def forget(entry: JournalEntry, subject: models.Model, **_more: Any) -> None:
    """What a shop noted about a dossier that was another's."""
    if entry.event == Action.CORRECT_SIRET and isinstance(subject, Dossier):
        memos.forget_former(subject)


@receiver(recorded, sender=Establishment, dispatch_uid="claims.follow_merger")
def follow(entry: JournalEntry, subject: models.Model, actor: Actor, **_more: Any) -> None:
    if entry.event == Event.ESTABLISHMENTS_MERGED and isinstance(subject, Establishment):
        follow_merger(subject, former=entry.detail["received"], actor=actor)


@receiver(recorded, dispatch_uid="claims.expect")
def expect(sender: type[models.Model], entry: JournalEntry, subject: models.Model, actor: Actor, **_more: Any) -> None:
    """Whatever is said of a dossier, or of something that hangs on one."""
    dossier_id = subject.pk if isinstance(subject, Dossier) else getattr(subject, "dossier_id", None)
    if dossier_id is not None:
        requests.note_answers(dossier_id, actor=actor)
        expectations.refresh([dossier_id])
