"""Who has read what: a shop its current report, a cabinet a deposit."""

from django.db import transaction
from django.utils import timezone

from accounts import journal
from accounts.exceptions import NotAllowed
from accounts.scope import Actor, Kind, Right
from claims.models import Acknowledgement, Document
from claims.models.documents import family_of
from claims.services.dossiers import locked
from claims.workflow import Fact


@transaction.atomic
def acknowledge(document: Document, *, actor: Actor) -> Acknowledgement:
    """Write « j’ai pris connaissance de la version n » for this person, once; the lock keeps a newer one from passing.

    Raises `NotAllowed` for what has no version, what a newer one replaced, and whoever does not repair by it.
    """
    dossier = locked(document.dossier)
    document = Document.objects.get(pk=document.pk)
    if actor.kind != Kind.REPAIRER or not actor.may(Right.VIEW, document.establishment_id):
        raise NotAllowed("Seul le réparateur du dossier prend connaissance de ses rapports.")
    if document.version is None:
        raise NotAllowed("Ce document n’a pas de version : rien n’est à confirmer.")
    if document.is_outdated:
        raise NotAllowed("Une version plus récente est arrivée : ouvrez-la, puis confirmez celle-là.")
    row, is_new = Acknowledgement.objects.get_or_create(
        document=document,
        user_id=actor.user_id or 0,
        defaults={
            "dossier": dossier,
            "cabinet_id": dossier.cabinet_id,
            "establishment_id": dossier.establishment_id,
            "version": document.version,
            "reader": actor.label,
            "role": actor.role,
        },
    )
    if is_new:
        journal.record(
            dossier,
            Fact.VERSION_ACKNOWLEDGED,
            actor=actor,
            document=f"{document.get_kind_display()}, version {document.version}",
            uuid=str(document.public_id),
        )
    return row


def note_seen(document: Document, *, actor: Actor) -> None:
    """« Vu par le cabinet le … »: the first opening of a deposit by staff, written once."""
    if actor.kind == Kind.STAFF and document.direction == Document.Direction.SENT and document.seen_at is None:
        _note_seen(document, actor)


@transaction.atomic
def _note_seen(document: Document, actor: Actor) -> None:
    if Document.objects.filter(pk=document.pk, seen_at=None).update(seen_at=timezone.now()):
        journal.record(
            document.dossier,
            Fact.DOCUMENT_SEEN,
            actor=actor,
            document=document.label,
            uuid=str(document.public_id),
        )


def current_of(document: Document) -> Document | None:
    """What took the place of an outdated document."""
    newer = document.dossier.documents.received().filter(kind__in=family_of(document.kind), replaced_at=None)
    return newer.newest_first().first()
