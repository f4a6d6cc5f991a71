"""A file of dossiers enters a cabinet: read, checked, staged, merged; all of it or nothing of it."""

from collections.abc import Callable, Iterator
from typing import Any

from django.db import connection, transaction

from accounts import scope
from accounts.models import Cabinet
from accounts.scope import System
from claims.services import expectations
from claims.services.imports import merging
from claims.services.imports.cells import CellError
from claims.services.imports.reading import Source
from claims.services.imports.report import Reject, Report, SourceError

Sink = Callable[[Reject], None]
STEP = 500  # rows between two signs of progress


def _nobody(*_: Any) -> None:
    """Nobody listens."""


def import_dossiers(
    cabinet: Cabinet,
    source: Source,
    *,
    rejected: Sink = _nobody,
    progress: Callable[[int], None] = _nobody,
    waiting: Callable[[], None] = _nobody,
    dry_run: bool = False,
) -> Report:
    """Merge a file into the cabinet's dossiers and say what happened; with `dry_run` nothing stays written.

    Each refused row goes to `rejected` as it is met, those that contradict an earlier row last; `progress` is told the
    rows read so far; `waiting` is called when another import of this cabinet must end first. One transaction: an
    import broken off anywhere leaves nothing. Raises `SourceError`, `RuntimeError` when rows went missing.
    """
    report = Report(warnings=_warnings(source))
    with scope.system(System.IMPORT):
        if not merging.take_lock(cabinet, wait=False):
            waiting()
            merging.take_lock(cabinet, wait=True)
        merging.stage()
        staged = _copy(source, report, rejected, progress)
        contradictions, report.repeated = merging.drop_repeats()
        _reject_contradictions(source, contradictions, report, rejected)
        _merge(cabinet, source, report, staged - report.repeated - len(contradictions))
        expectations.reconcile(cabinet.pk)
        transaction.set_rollback(dry_run)
    return report


def _warnings(source: Source) -> list[str]:
    found = []
    if source.layout.unknown:
        found.append(f"Colonnes inconnues, ignorées : {', '.join(source.layout.unknown)}.")
    if source.is_mixed:
        found.append("Le fichier mélange UTF-8 et Windows-1252 ; il est lu en Windows-1252 : vérifiez les accents.")
    return found


def _copy(source: Source, report: Report, rejected: Sink, progress: Callable[[int], None]) -> int:
    """Stream the good rows into the staging table; how many they were."""
    staged = 0
    with connection.cursor() as cursor, cursor.copy(merging.copy_statement(source.layout)) as copy:
        for values in _good_rows(source, report, rejected, progress):
            copy.write_row(values)
            staged += 1
    if not report.read:
        raise SourceError("Le fichier ne contient aucun dossier sous son en-tête.")
    return staged


def _good_rows(source: Source, report: Report, rejected: Sink, progress: Callable[[int], None]) -> Iterator[list[Any]]:
    layout = source.layout
    for line, cells, problem in source.records():
        report.read += 1
        if report.read % STEP == 0:
            progress(report.read)
        if not problem and len(cells) == layout.width:
            try:
                yield layout.read(line, cells)
                continue
            except CellError:
                pass
        reject = Reject(line, "", problem, cells) if problem else layout.reject(line, cells)
        report.note(reject)
        rejected(reject)
    progress(report.read)


def _reject_contradictions(source: Source, contradictions: dict[int, int], report: Report, rejected: Sink) -> None:
    """Read the file again for the cells of rows that say otherwise than an earlier row of the same reference."""
    if not contradictions:
        return
    for line, cells, _ in source.records():
        if line in contradictions:
            reason = f"référence déjà donnée ligne {contradictions[line]} avec d’autres valeurs"
            reject = Reject(line, "reference", reason, cells)
            report.note(reject)
            rejected(reject)


def _merge(cabinet: Cabinet, source: Source, report: Report, expected: int) -> None:
    merged = merging.merge(cabinet, source.layout)
    if merged.present != expected:
        message = f"{expected} lignes préparées, {merged.present} retrouvées : rien n’a été enregistré."
        raise RuntimeError(message)
    report.created, report.changed, report.moved = merged.created, merged.changed, merged.moved
    report.unchanged = expected - merged.created - merged.changed
    report.to_correct = merged.to_correct
