"""A folder of documents enters a cabinet: `RAPPORT_PROVISOIRE_ATMOS_255033006_12345.pdf` says all there is to know.

The name is KIND_CABINET_REFERENCE_ID. A reference may hold what a file name cannot (`/`, spaces): it is found as
written, otherwise by its letters and digits alone when only one dossier of the cabinet has them. Files are read, never
moved nor deleted; each is a transaction of its own, so that a run broken off is completed by the next one.
"""

import os
import re
import stat
import time
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import File

from accounts import scope
from accounts.exceptions import NotAllowed
from accounts.models import Cabinet
from claims.models import Document, Dossier
from claims.models.documents import RECEIVED_KINDS
from claims.services.documents import fingerprint, publish_document
from claims.validators import content_type_of, validate_size

SETTLED = 3  # seconds a file must have been left alone: before, somebody may still be writing it
PHOTOS = (".jpg", ".jpeg", ".png")
IGNORED = frozenset({"thumbs.db", "desktop.ini"})
KINDS: dict[str, Document.Kind] = {kind.value.upper(): kind for kind in RECEIVED_KINDS} | {
    "ORDRE_DE_MISSION": Document.Kind.ORDER,
    "PRE_RAPPORT": Document.Kind.INTERIM_REPORT,
    "RAPPORT_DEFINITIF": Document.Kind.REPORT,
    "PV_EXPERTISE": Document.Kind.MINUTES,
}
_KIND = "|".join(sorted(KINDS, key=len, reverse=True))  # the longest first: RAPPORT_PROVISOIRE is no RAPPORT
_NAME = re.compile(rf"({_KIND})_([A-Z0-9-]{{1,20}})_(.{{1,80}})_([A-Z0-9-]{{1,60}})(\.[A-Z]+)", re.IGNORECASE)
UNREADABLE_NAME = "nom non compris (attendu : RAPPORT_CABINET_REFERENCE_IDENTIFIANT.pdf)"


class FileRefusedError(Exception):
    """A file that does not enter; the message says why, in French."""


@dataclass(frozen=True, slots=True)
class Named:
    """What the name of a file says."""

    path: Path
    kind: Document.Kind
    reference: str
    external_id: str


@dataclass(slots=True)
class FolderReport:
    """The outcome of an import of documents; counts are files."""

    added: int = 0
    known: int = 0
    refused: list[tuple[str, str]] = field(default_factory=list)  # (shown name, reason)

    def lines(self) -> list[str]:
        counts = ((self.added, "documents ajoutés"), (self.known, "déjà présents"), (len(self.refused), "refusés"))
        return [f"{number:>9} {what}" for number, what in counts]


def _nobody(*_: Any) -> None:
    """Nobody listens."""


def import_documents(
    cabinet: Cabinet, folder: Path, *, progress: Callable[[int, int], None] = _nobody, dry_run: bool = False
) -> FolderReport:
    """Attach the files that stand directly in `folder`; `progress` is told how many are done, of how many.

    The same bytes are one document; other bytes under a known identifier are its new version. Raises `OSError` when
    the folder itself cannot be read.
    """
    report = FolderReport()
    names = list(_understood(cabinet, folder, report))
    dossiers = _dossiers_of(cabinet, [named.reference for named in names])
    for done, named in enumerate(sorted(names, key=_order)):
        progress(done, len(names))
        try:
            is_new = _attach(cabinet, named, dossiers.get(named.reference, []), dry_run=dry_run)
        except (FileRefusedError, NotAllowed) as problem:
            report.refused.append((shown(named.path.name), str(problem)))
        except ValidationError as problem:
            report.refused.append((shown(named.path.name), " ".join(problem.messages)))
        else:
            report.added += is_new
            report.known += not is_new
    progress(len(names), len(names))
    return report


def shown(name: str) -> str:
    """A file name as it may be printed: bytes that are no text and invisible characters are replaced."""
    text = os.fsencode(name).decode("utf-8", "replace")
    return "".join(char if char.isprintable() else "\ufffd" for char in text)


def _order(named: Named) -> tuple[str, list[tuple[int, str]]]:
    """By dossier, then by identifier read as a number: the highest is the newest, and replaces the others."""
    parts = re.findall(r"\d+|\D+", named.external_id)
    return named.reference, [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]


def _understood(cabinet: Cabinet, folder: Path, report: FolderReport) -> Iterator[Named]:
    with os.scandir(folder) as entries:
        found = sorted(entries, key=lambda entry: entry.name)
    for entry in found:
        if entry.name.startswith(".") or entry.name.casefold() in IGNORED:
            continue
        try:
            _check_entry(entry)
            yield _named(cabinet, Path(entry.path))
        except FileRefusedError as problem:
            report.refused.append((shown(entry.name), str(problem)))


def _check_entry(entry: "os.DirEntry[str]") -> None:
    """A plain file, left alone for a while. Links are refused wherever they lead."""
    if entry.is_symlink():
        raise FileRefusedError("lien symbolique : déposez le fichier lui-même")
    if entry.is_dir(follow_symlinks=False):
        raise FileRefusedError("sous-dossier : seuls les fichiers déposés directement sont lus")
    if not entry.is_file(follow_symlinks=False):
        raise FileRefusedError("ce n’est pas un fichier ordinaire")
    if 0 <= time.time() - entry.stat(follow_symlinks=False).st_mtime < SETTLED:
        raise FileRefusedError("peut-être encore en cours d’écriture : relancez dans quelques secondes")


def _named(cabinet: Cabinet, path: Path) -> Named:
    match = _NAME.fullmatch(unicodedata.normalize("NFC", path.name))
    if match is None or not path.name.isprintable():
        raise FileRefusedError(UNREADABLE_NAME)
    kind, code, reference, external_id, extension = match.groups()
    if code.upper() != cabinet.code:
        raise FileRefusedError(f"le nom porte le code « {code} », pas celui du cabinet {cabinet.code}")
    kind = KINDS[kind.upper()]
    if extension.lower() not in (PHOTOS if kind == Document.Kind.PHOTO else (".pdf",)):
        wanted = "une photo se dépose en .jpg, .jpeg ou .png" if kind == Document.Kind.PHOTO else "attendu : un .pdf"
        raise FileRefusedError(f"extension {extension} : {wanted}")
    return Named(path, kind, reference, external_id)


def _letters(reference: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFKD", reference).casefold() if char.isalnum())


def _dossiers_of(cabinet: Cabinet, references: Sequence[str]) -> dict[str, list[Dossier]]:
    """The dossiers each reference may mean: one when it is clear, several when it is not."""
    with scope.acting_for_cabinet(cabinet.pk, code=cabinet.code, name=cabinet.name) as actor:
        own = Dossier.objects.visible_to(actor).filter(cabinet=cabinet).only("id", "reference")
        found = {dossier.reference: [dossier] for dossier in own.filter(reference__in=set(references))}
        others = {reference for reference in references if reference not in found}
        alike: dict[str, list[Dossier]] = {_letters(reference): [] for reference in others}
        for dossier in own.iterator() if alike else ():
            alike.get(_letters(dossier.reference), []).append(dossier)
    return found | {reference: alike[_letters(reference)] for reference in others if _letters(reference)}


def _attach(cabinet: Cabinet, named: Named, candidates: Sequence[Dossier], *, dry_run: bool) -> bool:
    """True when the document is new."""
    if not candidates:
        raise FileRefusedError(f"aucun dossier « {named.reference} » dans ce cabinet")
    if len(candidates) > 1:
        several = ", ".join(sorted(dossier.reference for dossier in candidates)[:5])
        raise FileRefusedError(f"plusieurs dossiers possibles : {several}")
    with _opened(named.path) as file:
        validate_size(file.size)
        _check_content(file, named.kind)
        with scope.acting_for_cabinet(cabinet.pk, code=cabinet.code, name=cabinet.name) as actor:
            dossier = Dossier.objects.visible_to(actor).get(pk=candidates[0].pk)
            if dry_run:
                known = dossier.documents.received().filter(sha256=fingerprint(file), kind=named.kind)
                return not known.exists()
            _, is_new = publish_document(dossier, file, actor=actor, kind=named.kind, external_id=named.external_id)
            return is_new


def _opened(path: Path) -> "File[bytes]":
    """The file itself, even if its name now leads elsewhere; a named pipe is not waited for."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as problem:
        raise FileRefusedError(f"illisible : {problem.strerror}") from problem
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise FileRefusedError("ce n’est pas un fichier ordinaire")
    return File(os.fdopen(descriptor, "rb"), name=unicodedata.normalize("NFC", path.name))


def _check_content(file: "File[bytes]", kind: Document.Kind) -> None:
    is_photo = content_type_of(file).startswith("image/")
    if is_photo != (kind == Document.Kind.PHOTO):
        raise FileRefusedError("son contenu n’est pas une photo" if not is_photo else "son contenu n’est pas un PDF")
