"""Building an archive: what a worker does, how it is published, withdrawn and removed.

The bytes depend on the manifest and the files alone, so that a worker that takes over from a killed one makes the very
same archive. It is written beside its place and moved there whole.
"""

import hashlib
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any

from django.core.files.storage import default_storage
from django.utils import timezone

from accounts import scope
from accounts.privatefiles import store
from accounts.scope import Right, System
from claims.models import Document, Dossier, Export, Job
from claims.services import jobs
from claims.services.archives import JOB
from claims.services.jobs import HopelessError, Run

FOLDER = "exports"
KEPT = timedelta(hours=24)
STEP_FILES, STEP_BYTES = 50, 64 << 20  # between two looks at rights, two marks of progress
CHUNK = 1 << 20  # bytes: what is in memory at once, whatever the size of the archive
LOST_ACCESS = "Vous n’avez plus accès à ce dossier : l’archive n’a pas été faite."
WITHDRAWN = "retiré du dossier depuis la demande"
LOST = "fichier introuvable, le support peut le rechercher"
DAMAGED = "fichier endommagé, le support peut le rechercher"
MISSING_NOTE = "manquants.txt"
Entry = dict[str, Any]
State = Export.State


class DamagedError(Exception):
    """A file is not, or no longer, the bytes that were received; found while it was going in."""


@dataclass(slots=True)
class Builder:
    """One attempt at one archive."""

    run: Run
    export: Export
    left_out: dict[int, str] = field(default_factory=dict)  # document id → why it is not in the archive

    def build(self) -> None:
        """Write, check, publish; a damaged file is found at the cost of writing once more without it."""
        part = _folder() / f"{self.export.public_id}.{self.run.job.attempts}.part"
        try:
            try:
                self._write(part)
            except DamagedError:
                self._look_for_damage()
                self._write(part)
            self._publish(part)
        finally:
            part.unlink(missing_ok=True)

    def _write(self, part: Path) -> None:
        with ThreadPoolExecutor(1) as beside, zipfile.ZipFile(part, "w", zipfile.ZIP_STORED) as archive:
            done = 0
            for step in steps(self.export.manifest):
                keys = self._allowed(step)
                for entry in step:
                    self._add(archive, entry, keys, beside)
                done += sum(entry["size"] for entry in step)
                self._mark(done)
            if self.left_out:
                note = zipfile.ZipInfo(MISSING_NOTE, _date(self.export.manifest[-1]["at"]))
                lines = [f"{entry['name']} : {entry['reason']}" for entry in self.missing()]
                archive.writestr(note, "\r\n".join(["Fichiers absents de cette archive :", *lines, ""]))

    def _allowed(self, step: list[Entry]) -> dict[int, str]:
        """The storage keys of what the requester may see now, asked again at every step."""
        with scope.acting_as(self.export.user_id) as requester:
            actor = requester.where(Right.VIEW)
            rows = Document.objects.visible_to(actor).safe().filter(dossier=self.export.dossier_id)
            keys = dict(rows.filter(pk__in=[entry["document"] for entry in step]).values_list("pk", "file"))
            if not keys and not Dossier.objects.visible_to(actor).filter(pk=self.export.dossier_id).exists():
                raise HopelessError(LOST_ACCESS)
        return keys

    def _add(self, archive: zipfile.ZipFile, entry: Entry, keys: dict[int, str], beside: ThreadPoolExecutor) -> None:
        pk = entry["document"]
        if pk in self.left_out:
            return
        if pk not in keys:
            self.left_out[pk] = WITHDRAWN
            return
        try:
            with default_storage.open(keys[pk]) as source:
                if source.size == entry["size"]:
                    copy(source, archive, entry, beside)
                else:
                    self.left_out[pk] = DAMAGED
        except (FileNotFoundError, PermissionError):  # of the source: the archive is open already
            self.left_out[pk] = LOST

    def _look_for_damage(self) -> None:
        for step in steps(self.export.manifest):
            keys = self._allowed(step)
            for entry in step:
                key = keys.get(entry["document"])
                if key and default_storage.exists(key) and _sha256(key) != entry["sha256"]:
                    self.left_out[entry["document"]] = DAMAGED
            self.run.beat()

    def missing(self) -> list[Entry]:
        """What is not in the archive, in its order: document, name, reason."""
        names = {entry["document"]: entry["name"] for entry in self.export.manifest}
        return [
            {"document": pk, "name": name, "reason": self.left_out[pk]}
            for pk, name in names.items()
            if pk in self.left_out
        ]

    def _mark(self, done: int) -> None:
        self.run.beat(done * 100 // max(1, self.export.total_size))
        with scope.system(System.JOBS):
            Export.objects.filter(pk=self.export.pk).move(State.BUILDING, done_size=done)

    def _publish(self, part: Path) -> None:
        """In one transaction with the end of the job: a worker that was overtaken publishes nothing."""
        key, size, now = f"{FOLDER}/{self.export.public_id}.zip", part.stat().st_size, timezone.now()
        with scope.system(System.JOBS):
            self.run.done()
            store().take(part, key)
            Export.objects.filter(pk=self.export.pk).move(
                State.READY,
                file=key,
                size=size,
                done_size=self.export.total_size,
                missing=self.missing(),
                ready_at=now,
                expires_at=now + KEPT,
            )


def build(run: Run) -> None:
    """The job: a `HopelessError` of it is what the requester reads."""
    with scope.system(System.JOBS):
        export = Export.objects.get(pk=run.subject_id)
    if export.is_under_way:
        Builder(run, export).build()


def given_up(job: Job) -> None:
    """Under the jobs' scope: the requester reads why there will be no archive."""
    Export.objects.under_way().filter(pk=job.subject_id).move(State.FAILED, reason=job.reason)


def steps(manifest: list[Entry]) -> Iterator[list[Entry]]:
    """The manifest in pieces of a bounded number of files and of bytes."""
    step: list[Entry] = []
    size = 0
    for entry in manifest:
        if step and (len(step) == STEP_FILES or size + entry["size"] > STEP_BYTES):
            yield step
            step, size = [], 0
        step.append(entry)
        size += entry["size"]
    yield step


def copy(source: IO[bytes], archive: zipfile.ZipFile, entry: Entry, beside: ThreadPoolExecutor) -> None:
    """Put one file in, stored, its SHA-256 reckoned beside as it goes. Raises `DamagedError`.

    Photos and PDFs would not shrink; name, date and rights are the manifest's, so that nothing else shows.
    """
    info = zipfile.ZipInfo(entry["name"], _date(entry["at"]))
    info.create_system, info.external_attr = 3, 0o600 << 16
    info.file_size = entry["size"]
    digest = hashlib.sha256()
    with archive.open(info, "w") as target:
        for chunk in iter(lambda: source.read(CHUNK), b""):
            hashed = beside.submit(digest.update, chunk)
            target.write(chunk)
            hashed.result()
    if digest.hexdigest() != entry["sha256"]:
        raise DamagedError(entry["name"])


def _date(at: str) -> tuple[int, int, int, int, int, int]:
    """A date as zip knows it: local time, between 1980 and 2107."""
    moment = datetime.fromisoformat(at)
    year = min(max(moment.year, 1980), 2107)
    return (year, moment.month, moment.day, moment.hour, moment.minute, moment.second)


def _sha256(key: str) -> str:
    with default_storage.open(key) as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _folder() -> Path:
    return store().workshop(FOLDER)


# Afterwards ----------------------------------------------------------------------------------------------------------


def withdraw(export: Export, reason: str) -> None:
    """Take an archive away that its requester may no longer have; the caller has seen that."""
    Export.objects.filter(pk=export.pk, state=State.READY).move(State.WITHDRAWN, reason=reason, file="")
    with suppress(OSError):
        default_storage.delete(f"{FOLDER}/{export.public_id}.zip")


def sweep() -> int:
    """Remove the archives older than a day, and what killed workers left; how many archives went."""
    over = Export.objects.filter(state=State.READY, expires_at__lte=timezone.now())
    ids = list(over.values_list("public_id", flat=True))
    over.filter(public_id__in=ids).move(State.EXPIRED, file="", manifest=[])
    for public_id in ids:
        default_storage.delete(f"{FOLDER}/{public_id}.zip")
    _sweep_parts()
    return len(ids)


def _sweep_parts() -> None:
    old = (timezone.now() - KEPT).timestamp()
    for part in _folder().glob("*.part"):
        with suppress(FileNotFoundError):
            if part.stat().st_mtime < old:
                part.unlink()


jobs.register(JOB, build, given_up=given_up)
