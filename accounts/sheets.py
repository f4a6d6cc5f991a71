"""A list as a file: CSV or XLSX, written row by row, so that memory does not grow with the shop."""

import csv
import io
import re
import tempfile
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import IO

from openpyxl import Workbook

Value = str | int | date | Decimal | None
Row = Sequence[Value]

# What a spreadsheet takes for a formula, full-width forms too (OWASP, « CSV Injection »); what XML cannot hold.
_FORMULA = re.compile(r"^\s*[=+\-@\t\r\n＝＋－＠]")
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
IN_MEMORY = 2_000_000  # bytes; a larger file goes to the disk
# Rows in one file, the first in the list's order: what can be made while somebody waits (0.1 and 0.6 ms a row).
CSV_LIMIT, XLSX_LIMIT = 50_000, 5_000


def harmless(text: str) -> str:
    """The text, with an apostrophe before it if a spreadsheet would compute it."""
    text = _UNPRINTABLE.sub("", text)
    return f"'{text}" if _FORMULA.match(text) else text


def write_csv(header: Sequence[str], rows: Iterable[Row]) -> IO[bytes]:
    """Semicolons, decimal commas, 31/12/2026, a byte order mark: what a French spreadsheet opens at once."""
    file = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 -- whoever answers with it closes it
    text = io.TextIOWrapper(file, "utf-8-sig", newline="")
    out = csv.writer(text, delimiter=";", quoting=csv.QUOTE_ALL)
    out.writerow(header)
    out.writerows([_written(value) for value in row] for row in rows)
    text.flush()
    text.detach()
    file.seek(0)
    return file


def _written(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return harmless(value)
    if isinstance(value, date):
        return f"{value.day:02}/{value.month:02}/{value.year}"
    return str(value).replace(".", ",")


def write_xlsx(header: Sequence[str], rows: Iterable[Row], *, title: str) -> IO[bytes]:
    """One sheet; dates and amounts are dates and amounts, texts are never formulas."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    sheet.append(list(header))
    for row in rows:
        sheet.append([harmless(value) if isinstance(value, str) else value for value in row])
    file = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 -- whoever answers with it closes it
    book.save(file)
    file.seek(0)
    return file
