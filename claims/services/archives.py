"""Archives of a dossier's documents: ordered with a frozen manifest, built by a worker, fetched for a day."""

import hashlib
import json
from collections.abc import Sequence
from enum import StrEnum
from typing import Any, Self

from django.db import transaction
from django.utils import timezone

from accounts import journal
from accounts.exceptions import NotAllowed
from accounts.models import User
from accounts.scope import Actor
from claims.models import Document, Dossier, Export
from claims.models.documents import DocumentQuerySet
from claims.services import entrynames, jobs
from claims.validators import EXTENSIONS
from claims.workflow import Fact

JOB = "archive"
AT_ONCE = 3  # archives of one person under way
MOST_FILES = 10_000
MOST_BYTES = 5 * 1024**3
FOLDERS = {Document.Direction.RECEIVED: "Documents reçus", Document.Direction.SENT: "Documents envoyés"}
PHOTOS = "Photos"
State = Export.State


class Batch(StrEnum):
    """What an archive may hold without ticking anything, and what was ticked."""

    EVERYTHING = "tout"
    RECEIVED = "recus"
    SENT = "envoyes"
    PHOTOS = "photos"
    SELECTION = "selection"

    @classmethod
    def of(cls, slug: str) -> Self:
        return cls(slug) if slug in set(cls) else cls("selection")

    def among(self, rows: DocumentQuerySet, ticked: Sequence[str]) -> DocumentQuerySet:
        """Those of `rows`, which are already the requester's to see."""
        match self:
            case Batch.EVERYTHING:
                return rows
            case Batch.RECEIVED:
                return rows.received()
            case Batch.SENT:
                return rows.sent()
            case Batch.PHOTOS:
                return rows.filter(content_type__startswith="image/")
        return rows.filter(public_id__in=[text for text in ticked if _is_uuid(text)])


def _is_uuid(text: str) -> bool:
    digits = text.replace("-", "")
    return len(digits) == 32 and all(letter in "0123456789abcdefABCDEF" for letter in digits)


@transaction.atomic
def order_export(dossier: Dossier, rows: DocumentQuerySet, *, actor: Actor) -> Export:
    """Freeze what the archive will hold, and have it built; asked twice while it is under way, it is one.

    The lock on the person keeps four clicks from being three archives and one more.
    Raises `NotAllowed` for nothing, for too much, and for one too many at once.
    """
    user = User.objects.select_for_update(of=("self",)).get(pk=actor.user_id or 0)
    papers = list(rows.safe().order_by("direction", "published_at", "pk")[: MOST_FILES + 1])
    _check_size(papers)
    entries = manifest(papers)
    fingerprint = hashlib.sha256(json.dumps(entries, sort_keys=True).encode()).hexdigest()
    under_way = Export.objects.under_way().filter(user=user)
    same = under_way.filter(dossier=dossier, fingerprint=fingerprint).first()
    if same is not None:
        return same
    if under_way.count() >= AT_ONCE:
        raise NotAllowed(f"{AT_ONCE} archives sont déjà en préparation pour vous : attendez que l’une soit prête.")
    export = Export(
        dossier=dossier,
        cabinet_id=dossier.cabinet_id,
        establishment_id=dossier.establishment_id,
        user=user,
        name=f"{entrynames.safe(dossier.reference, fallback='dossier')}.zip",
        manifest=entries,
        fingerprint=fingerprint,
        total_size=sum(paper.size for paper in papers),
    )
    export.save(force_insert=True)
    journal.record(export, Fact.EXPORT_ORDERED, actor=actor, documents=len(entries))
    jobs.order(JOB, export, actor=actor)
    return export


def _check_size(papers: list[Document]) -> None:
    if not papers:
        raise NotAllowed("Cochez au moins un document, ou choisissez « Tout télécharger ».")
    if len(papers) > MOST_FILES or sum(paper.size for paper in papers) > MOST_BYTES:
        raise NotAllowed("Cette archive dépasserait 10 000 fichiers ou 5 Go : choisissez moins de documents.")


def manifest(papers: list[Document]) -> list[dict[str, Any]]:
    """What goes in, in order: with the same manifest and the same files, an archive has the same bytes."""
    names = entrynames.unique(map(entry_name, papers))
    return [
        {
            "document": paper.pk,
            "name": name,
            "size": paper.size,
            "sha256": paper.sha256,
            "at": timezone.localtime(paper.published_at).strftime("%Y-%m-%dT%H:%M:%S"),
        }
        for paper, name in zip(papers, names, strict=True)
    ]


def entry_name(paper: Document) -> str:
    """« Documents reçus/Photos/choc avant.jpg »; what is outdated or refused says so."""
    extension = EXTENSIONS.get(paper.content_type, "")
    label = paper.label[: -len(extension)] if paper.label.lower().endswith(extension or "\0") else paper.label
    mark = " (REMPLACÉ)" if paper.is_outdated else " (NON CONFORME)" if paper.is_refused else ""
    stem = entrynames.safe(label)[: entrynames.LONGEST - len(mark) - len(extension)].rstrip(" .")
    folders = [FOLDERS[Document.Direction(paper.direction)], *([PHOTOS] if paper.is_photo else [])]
    return "/".join([*folders, f"{stem}{mark}{extension}"])
