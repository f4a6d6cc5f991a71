"""What an import did, what it refused, and the file of refusals."""

import csv
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from claims.services.imports.cells import FORMULA

SHOWN = 20  # refusals shown on the console


def agreed(number: int, words: str) -> str:
    """Words that take an « s » each from two on, as in French."""
    return words if number < 2 else " ".join(f"{word}s" for word in words.split())


class SourceError(Exception):
    """A file refused as a whole, in one French sentence; nothing was written."""


@dataclass(frozen=True, slots=True)
class Reject:
    """A row refused: the physical line where it starts (the header is line 1), the columns, the reasons, its cells."""

    line: int
    column: str
    reason: str
    cells: Sequence[str]

    def __str__(self) -> str:
        where = f", {self.column}" if self.column else ""
        return f"ligne {self.line}{where} : {self.reason}"


@dataclass(slots=True)
class Report:
    """The outcome of an import of dossiers; counts are rows of the file."""

    read: int = 0
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    moved: int = 0  # among the changed: their state
    to_correct: int = 0  # among the rows that are in: attached to nobody, their SIRET being wrong
    repeated: int = 0  # rows that repeat an earlier one word for word
    rejected: int = 0
    first_rejects: list[Reject] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def note(self, reject: Reject) -> None:
        self.rejected += 1
        if len(self.first_rejects) < SHOWN:
            self.first_rejects.append(reject)

    def lines(self) -> list[str]:
        """The report as a person reads it."""
        moved = f"(dont {self.moved} {agreed(self.moved, 'changement')} d’état)"
        counts = (
            (self.read, "ligne lue", ""),
            (self.created, "dossier créé", ""),
            (self.changed, "dossier modifié", f" {moved}"),
            (self.unchanged, "dossier inchangé", ""),
            (self.repeated, "ligne répétée", " à l’identique"),
            (self.to_correct, "dossier", " sans réparateur, au SIRET à corriger"),
            (self.rejected, "ligne rejetée", ""),
        )
        return [f"{number:>9} {agreed(number, what)}{more}" for number, what, more in counts]


class RejectsFile:
    """A CSV of the refused rows: line, column, reason, then the cells as they came, safe to open in a spreadsheet.

    It takes its name when it is complete, so that the file of an interrupted run is never taken for a whole one.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._part = path.with_name(f"{path.name}.part")
        self._file: IO[str] | None = None
        self._writer: Any = None

    def __enter__(self) -> Self:
        descriptor = os.open(self._part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        self._file = os.fdopen(descriptor, "w", encoding="utf-8-sig", newline="")
        self._writer = csv.writer(self._file, delimiter=";")
        return self

    def header(self, names: Sequence[str]) -> None:
        self._writer.writerow(["ligne", "colonne", "motif", *map(harmless, names)])

    def __call__(self, reject: Reject) -> None:
        self._writer.writerow([reject.line, reject.column, harmless(reject.reason), *map(harmless, reject.cells)])

    def __exit__(self, kind: type[BaseException] | None, *_: TracebackType | BaseException | None) -> None:
        if self._file is not None:
            self._file.close()
        if kind is None:
            self._part.replace(self.path)
        else:
            self._part.unlink(missing_ok=True)


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula (U11)."""
    return f"'{cell}" if cell[:1] in FORMULA and cell else cell
