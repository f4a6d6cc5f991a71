"""Documents enter a dossier."""

import hashlib
from pathlib import PurePath

from django.core.files.base import File
from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone

from accounts import journal
from accounts.menus import Menu
from accounts.scope import Actor
from claims.models import Document, Dossier
from claims.models.documents import family_of
from claims.services import jobs
from claims.services.dossiers import locked
from claims.validators import content_type_of, validate_size
from claims.workflow import Action, Fact

DERIVE = "derive_document"  # the job that makes a document's small picture


def fingerprint(file: File) -> str:  # type: ignore[type-arg]
    """SHA-256 of the bytes, in hexadecimal; the file is left at its start."""
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()


@transaction.atomic
def publish_document(
    dossier: Dossier,
    file: File,  # type: ignore[type-arg]
    *,
    actor: Actor,
    kind: Document.Kind,
    label: str = "",
    external_id: str = "",
    replaces: Document | None = None,
) -> tuple[Document, bool]:
    """Put a cabinet's file into its dossier; the same bytes twice are one document (False: it was there).

    A newer report makes the earlier ones « remplacé », a newer prise en charge the earlier prises en charge, new bytes
    under the cabinet's own `external_id` their earlier version; `replaces` names the one whose place it takes besides.
    Raises `ValidationError` when the file is not a PDF, JPEG or PNG of at most 25 MB.
    """
    actor.require(Menu.PUBLISH)
    validate_size(file.size)
    content_type = content_type_of(file)
    sha256 = fingerprint(file)
    dossier = locked(dossier)
    dossier.allow(Action.PUBLISH_DOCUMENT, actor)
    existing = dossier.documents.received().filter(sha256=sha256, kind=kind).first()
    if existing is not None:
        return existing, False
    _replace_earlier(dossier, kind, external_id, replaces)
    document = Document(
        version=_next_version(dossier, kind),
        dossier=dossier,
        cabinet_id=dossier.cabinet_id,
        establishment_id=dossier.establishment_id,
        direction=Document.Direction.RECEIVED,
        kind=kind,
        label=(label or PurePath(file.name or "").name or kind.label)[:160],
        size=file.size,
        sha256=sha256,
        content_type=content_type,
        external_id=external_id,
        sender_label=actor.label,
        sender_id=actor.user_id,
    )
    document.file.save("original", file, save=False)
    document.save(force_insert=True)
    jobs.order(DERIVE, document)
    journal.record(
        dossier, Action.PUBLISH_DOCUMENT, actor=actor, document=document.label, kind=kind, uuid=str(document.public_id)
    )
    journal.record(document, Fact.DOCUMENT_ARRIVED, actor=actor)
    return document, True


def _next_version(dossier: Dossier, kind: Document.Kind) -> int | None:
    """Under the dossier's lock, so that no two documents share a number."""
    family = family_of(kind)
    last = dossier.documents.received().filter(kind__in=family).aggregate(last=Max("version"))["last"]
    return (last or 0) + 1 if family else None


def _replace_earlier(dossier: Dossier, kind: Document.Kind, external_id: str, named: Document | None) -> None:
    earlier = Q(kind__in=family_of(kind)) | Q(pk=named.pk if named else 0)
    if external_id:
        earlier |= Q(kind=kind, external_id=external_id)
    dossier.documents.received().filter(earlier, replaced_at=None).update(replaced_at=timezone.now())
