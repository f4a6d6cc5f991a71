"""The files of the documents: written before the commit, and taken away again when it does not come."""

import hashlib
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from claims.models import Document
from claims.models.documents import REPORTS
from portal.demo import papers
from portal.demo.dossiers import Claim
from portal.demo.papers import Bases, Sheet
from portal.demo.photos import Studio
from portal.demo.readings import check, number
from portal.demo.stories import Moment

FOLDER = "documents/demonstration"
K = Document.Kind
FAMILIES: dict[Document.Kind, tuple[Document.Kind, ...]] = {
    **dict.fromkeys(REPORTS, REPORTS),
    K.COVERAGE: (K.COVERAGE,),
}


@contextmanager
def writing() -> Iterator[None]:
    """Leave no file without a row: what a killed loading left is removed first, what a failed one wrote, after it."""
    _empty(FOLDER)
    try:
        yield
    except BaseException:
        _empty(FOLDER)
        raise


def _empty(folder: str) -> None:
    try:
        folders, names = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    for name in names:
        default_storage.delete(f"{folder}/{name}")
    for inner in folders:
        _empty(f"{folder}/{inner}")


@dataclass(slots=True)
class Archive:
    """Makes the documents of the claims; without `bases` (no Pango here) the photos only."""

    bases: Bases
    rng: Random
    number: int = 10_000
    studio: Studio = field(init=False)

    def __post_init__(self) -> None:
        self.studio = Studio(self.rng)

    def documents(self, claim: Claim) -> list[Document]:
        made: list[Document] = []
        photos = 0
        sheet = Sheet(claim)
        for moment in claim.moments:
            if moment.kind is None:
                continue
            if moment.kind == K.PHOTO:
                made.append(self._photo(claim, moment, photos))
                photos += 1
            elif self.bases:
                made.append(self._paper(sheet, moment))
        number(made)
        check(claim, made)
        return made

    def _paper(self, sheet: Sheet, moment: Moment) -> Document:
        claim, kind = sheet.claim, moment.kind or K.OTHER
        self.number += self.rng.randint(1, 9)
        later = [other for other in claim.moments if other.at > moment.at and other.kind in FAMILIES.get(kind, ())]
        first = bool(later) and later[0].kind == K.INTERIM_REPORT
        content = sheet.fill(self.bases, kind, moment.at, first=first, number=str(self.number))
        label = papers.label(kind, claim.cabinet, claim.dossier.reference, str(self.number))
        document = self._document(claim, moment, label, content, "application/pdf")
        document.replaced_at = later[0].at if later else None
        return document

    def _photo(self, claim: Claim, moment: Moment, rank: int) -> Document:
        dossier = claim.dossier
        content = self.studio.take(
            plate=dossier.plate,
            colour=claim.colour,
            impact=dossier.impact,
            rank=rank,
            caption=f"{dossier.reference} – {moment.at:%d/%m/%Y %H:%M}",
        )
        label = f"PHOTO_{claim.cabinet.code}_{dossier.reference.replace('/', '-')}_{rank + 1}.jpg"
        return self._document(claim, moment, label, content, "image/jpeg")

    def _document(self, claim: Claim, moment: Moment, label: str, content: bytes, content_type: str) -> Document:
        key = uuid.uuid4().hex
        document = Document(
            dossier_id=claim.dossier.pk,
            cabinet_id=claim.cabinet.pk,
            direction=Document.Direction.SENT if moment.sent else Document.Direction.RECEIVED,
            kind=moment.kind or K.OTHER,
            label=label,
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            content_type=content_type,
            sender_label=_sender(claim, moment),
            published_at=moment.at,
        )
        document.file.name = default_storage.save(f"{FOLDER}/{key[0]}/{key}", ContentFile(content))
        return document


def _sender(claim: Claim, moment: Moment) -> str:
    owner = claim.site.establishment.organisation
    if moment.sent:
        return owner.name if owner else claim.site.establishment.name
    return claim.cabinet.name
