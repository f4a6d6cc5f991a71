"""The first sheet of an XLSX workbook as the CSV that imports read: one engine, whatever the file."""

import csv
import io
import tempfile
import zipfile
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any, BinaryIO

from openpyxl import load_workbook

from claims.services.imports.report import SourceError

MAX_UNPACKED = 150_000_000  # bytes; a small archive may unfold into a very large sheet
MAX_ROWS = 200_000
IN_MEMORY = 2_000_000  # bytes
BROKEN = "Ce classeur ne peut pas être lu : enregistrez-le à nouveau au format .xlsx, ou au format « CSV UTF-8 »."

TOO_LARGE = "Ce classeur est trop grand : découpez-le, ou enregistrez-le au format « CSV UTF-8 »."


def is_workbook(file: BinaryIO) -> bool:
    file.seek(0)
    found = file.read(4) == b"PK\x03\x04"
    file.seek(0)
    return found


def as_csv(file: BinaryIO) -> IO[bytes]:
    """Dates as 31/12/2026, numbers with a point, everything else as it is written. Raises `SourceError`."""
    try:
        _refuse_bombs(file)
        book = load_workbook(file, read_only=True, data_only=True)
        return _written(book.worksheets[0].iter_rows(values_only=True))
    except SourceError:
        raise
    except Exception as problem:  # whatever a stranger's file makes the library raise
        raise SourceError(BROKEN) from problem


def _refuse_bombs(file: BinaryIO) -> None:
    with zipfile.ZipFile(file) as archive:
        unpacked = sum(entry.file_size for entry in archive.infolist())
    file.seek(0)
    if unpacked > MAX_UNPACKED:
        raise SourceError(TOO_LARGE)


def _written(rows: Iterable[tuple[Any, ...]]) -> IO[bytes]:
    file = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 -- whoever asked for it closes it
    text = io.TextIOWrapper(file, "utf-8", newline="")
    out = csv.writer(text, delimiter=";")
    for number, row in enumerate(rows):
        if number > MAX_ROWS:
            raise SourceError(f"Ce classeur a plus de {MAX_ROWS} lignes : découpez-le.")
        out.writerow([_cell(value) for value in row])
    text.flush()
    text.detach()
    file.seek(0)
    return file


def _cell(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "oui" if value else "non"
        case datetime() | date():
            return f"{value:%d/%m/%Y}"
        case float():
            return str(int(value)) if value.is_integer() else str(Decimal(repr(value)))
    return str(value)
