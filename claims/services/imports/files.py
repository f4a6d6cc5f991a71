"""A file of dossiers through the browser: tried at once, imported when somebody has read what it would do.

The engine is the command's. A small file is done while one waits; a large one, or one that must wait for another
import of the cabinet, by a worker.
"""

import tempfile
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from accounts import journal, scope
from accounts.exceptions import NotAllowed
from accounts.menus import Menu
from accounts.models import Cabinet
from accounts.scope import Actor, System
from claims.models import DossierFile
from claims.models.imports import import_key
from claims.services import jobs
from claims.services.imports.dossiers import import_dossiers
from claims.services.imports.reading import Source
from claims.services.imports.report import RejectsFile, Report, SourceError
from claims.services.imports.workbook import as_csv, is_workbook
from claims.services.jobs import Run

JOB = "import_dossiers"
AT_ONCE = 400_000  # bytes done while one waits, some thousand dossiers
KEPT = timedelta(days=7)
LARGEST = 50_000_000  # bytes
IMPORTED = "dossiers_imported"
GONE = "Ce fichier n’est plus gardé : déposez-le à nouveau."
State = DossierFile.State


class _BusyError(Exception):
    """Another import of this cabinet is under way."""


def receive(row: DossierFile, upload: File, *, actor: Actor) -> DossierFile:  # type: ignore[type-arg]
    """Keep a file and try it; nothing of it enters yet."""
    _require(actor)
    row.user_id, row.name, row.size = actor.user_id or 0, (upload.name or "dossiers.csv")[:160], upload.size or 0
    row.save(force_insert=True)
    return _begin(row, actor)


@transaction.atomic
def enter(row: DossierFile, *, actor: Actor) -> DossierFile:
    """Import a file that was tried; two people at once import it once."""
    _require(actor)
    row = DossierFile.objects.select_for_update().get(pk=row.pk)
    if row.state != State.CHECKED:
        raise NotAllowed("Ce fichier a déjà été importé, ou n’a pas encore été essayé.")
    row.state = State.IMPORTING
    row.save(update_fields=["state"])
    row = _begin(row, actor)
    journal.record(row, IMPORTED, actor=actor, file=row.name)
    return row


def _require(actor: Actor) -> None:
    actor.require(Menu.ACT)
    if actor.entrusted is not None:
        raise NotAllowed("Un fichier concerne tout le cabinet : demandez à quelqu’un qui en voit tous les dossiers.")


def _begin(row: DossierFile, actor: Actor) -> DossierFile:
    if row.size <= AT_ONCE:
        try:
            return _run(row, wait=False)
        except _BusyError:
            pass
    jobs.order(JOB, row, actor=actor, again=True)
    return row


def work(run: Run) -> None:
    """What a worker does; done twice, the second time changes nothing."""
    with scope.system(System.IMPORT):
        row = DossierFile.objects.filter(pk=run.subject_id).first()
    if row is not None and row.is_waiting:
        _run(row, wait=True)


def _run(row: DossierFile, *, wait: bool) -> DossierFile:
    trying = row.state == State.CHECKING
    try:
        with default_storage.open(row.file.name or "") as stored, closing(_as_text(cast("BinaryIO", stored))) as file:
            report, rejects = _imported(row.cabinet_id, file, wait=wait, dry_run=trying)
    except FileNotFoundError:
        return _end(row, state=State.REFUSED, reason=GONE)
    except (SourceError, RuntimeError) as problem:
        return _end(row, state=State.REFUSED, reason=str(problem)[:300])
    told = {"lines": report.lines(), "warnings": report.warnings, "rejected": report.rejected, "read": report.read}
    told["first"] = [{"line": one.line, "column": one.column, "reason": one.reason} for one in report.first_rejects]
    told["fresh"] = report.created + report.changed
    return _end(row, state=State.CHECKED if trying else State.DONE, report=told, rejects=rejects)


def _as_text(file: BinaryIO) -> IO[bytes]:
    return as_csv(file) if is_workbook(file) else file


def _imported(cabinet_id: int, file: IO[bytes], *, wait: bool, dry_run: bool) -> tuple[Report, str]:
    """The report, and where its rejects are kept."""

    def busy() -> None:
        if not wait:
            raise _BusyError

    with scope.system(System.IMPORT):
        cabinet = Cabinet.objects.get(pk=cabinet_id)
    source = Source(cast("BinaryIO", file))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rejets.csv"
        with RejectsFile(path) as sink:
            sink.header(source.header)
            report = import_dossiers(cabinet, source, rejected=sink, waiting=busy, dry_run=dry_run)
        if not report.rejected:
            return report, ""
        with path.open("rb") as kept:
            return report, default_storage.save(import_key(), File(kept))


def _end(row: DossierFile, **fields: Any) -> DossierFile:
    over = fields["state"] in {State.DONE, State.REFUSED}
    fields["ended_at"] = timezone.now() if over else None
    with scope.system(System.IMPORT):
        DossierFile.objects.filter(pk=row.pk).update(**fields)
    for name, value in fields.items():
        setattr(row, name, value)
    return row


def purge_files() -> int:
    """Remove what was brought in more than a week ago, refused rows too; the reports stay. How many files."""
    old = DossierFile.objects.filter(created_at__lt=timezone.now() - KEPT).exclude(file="", rejects="")
    gone = 0
    for row in old.select_for_update(skip_locked=True):
        for key in filter(None, (row.file.name, row.rejects)):
            default_storage.delete(key)
            gone += 1
        DossierFile.objects.filter(pk=row.pk).update(file="", rejects="")
    return gone


jobs.register(JOB, work)
