"""What workers print into a dossier: photos small enough for paper, and the document that comes of it."""

import hashlib
import io
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from PIL import Image

from accounts import printing, scope
from accounts.scope import System
from claims.models import Document, Dossier
from claims.services.jobs import Run

PRINTED = 1000  # pixels of the longer side: 12 cm at 200 dpi


class OfDossier(Protocol):
    """A row that is printed."""

    dossier: Dossier
    cabinet_id: int
    establishment_id: int | None


def picture(paper: Document) -> str:
    """The clean derivative, smaller, as an address that holds it; nothing where it cannot be read."""
    try:
        with default_storage.open(paper.shown or str(paper.file.name)) as content, Image.open(content) as image:
            image.draft("RGB", (PRINTED, PRINTED))
            image.thumbnail((PRINTED, PRINTED))
            small = io.BytesIO()
            image.convert("RGB").save(small, "JPEG", quality=80)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return ""
    return printing.data_uri(small.getvalue(), "image/jpeg")


@contextmanager
def filed(
    run: Run, owner: OfDossier, content: bytes, *, kind: str, label: str, sender: tuple[str, int]
) -> Iterator[Document]:
    """The document, what the caller writes beside it, and the end of the job in one transaction.

    A worker that was overtaken leaves nothing. `sender` is the label and the key of whoever is said to have sent it.
    """
    with scope.system(System.JOBS), transaction.atomic():
        paper = Document(
            dossier=owner.dossier,
            cabinet_id=owner.cabinet_id,
            establishment_id=owner.establishment_id,
            direction=Document.Direction.SENT,
            kind=kind,
            label=label[:160],
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            content_type="application/pdf",
            safety=Document.Safety.CLEAN,
            sender_label=sender[0],
            sender_id=sender[1],
        )
        paper.file.save(secrets.token_hex(8), ContentFile(content), save=False)
        paper.save(force_insert=True)
        yield paper
        run.done()
