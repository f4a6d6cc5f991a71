"""A grid read from a CSV file, as if it had been typed: errors are shown in the grid, to be mended there."""

import csv
import io
from datetime import datetime

from django.core.exceptions import ValidationError

from tariffs import cells, sheets
from tariffs.columns import COLUMNS
from tariffs.services.grids import APPROVED, DATE, MAKE, MOST_ROWS, PAYER, TypedGrid, TypedRow, blank_grid

LARGEST = 256 * 1024  # bytes; sixty rows need a hundredth of it
_NAMES = {cells.key(name).replace(" ", "_"): slug for name, slug in (
    ("marque", MAKE), ("applicable_le", DATE), ("date d’application", DATE), ("payeur", PAYER), ("compagnie", PAYER),
    ("assurance", PAYER), ("agree", APPROVED),
    *((column.slug, column.slug) for column in COLUMNS),
    *((column.label, column.slug) for column in COLUMNS),
)}  # fmt: skip


def read_csv(content: bytes) -> TypedGrid:
    """UTF-8 or Windows-1252, `;`, `,` or tabs, our header or the grid's own labels. Raises `ValidationError`."""
    if len(content) > LARGEST:
        raise ValidationError("Ce fichier est trop lourd pour une grille : 256 Ko au plus.")
    lines = list(csv.reader(io.StringIO(_text(content)), delimiter=_separator(content)))
    header = [_NAMES.get(cells.key(name).replace(" ", "_"), "") for name in lines[0]] if lines else []
    if PAYER not in header:
        raise ValidationError(
            "La première ligne doit nommer les colonnes, dont « payeur » : partez du CSV d’une grille envoyée."
        )
    rows = [dict(zip(header, map(sheets.plain, line), strict=False)) for line in lines[1:] if any(line)]
    if not rows:
        raise ValidationError("Ce fichier n’a aucune ligne sous ses titres.")
    if len(rows) > MOST_ROWS:
        raise ValidationError(f"Ce fichier a {len(rows)} lignes : une grille en a {MOST_ROWS} au plus.")
    makes = {cells.key(row.get(MAKE, "")): row.get(MAKE, "") for row in rows}
    if len(makes) > 1:
        raise ValidationError("Ce fichier mêle plusieurs marques : une grille est pour une marque, ou pour toutes.")
    return TypedGrid(makes.popitem()[1], _day(rows[0].get(DATE, "")), [_row(row) for row in rows])


def _row(found: dict[str, str]) -> TypedRow:
    values = {column.slug: found[column.slug][:40] for column in COLUMNS if found.get(column.slug)}
    return TypedRow(found.get(PAYER, ""), values, found.get(APPROVED, ""))


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _separator(content: bytes) -> str:
    first = content.split(b"\n", 1)[0]
    return max((";", "\t", ","), key=lambda sign: first.count(sign.encode()))


def _day(typed: str) -> str:
    """As a date field sends it; what cannot be read is left for the person to see."""
    for form in ("%d/%m/%Y", "%Y-%m-%d", "%d-%m-%Y"):
        try:
            return datetime.strptime(typed.strip(), form).date().isoformat()  # noqa: DTZ007 -- a date
        except ValueError:
            continue
    return typed or blank_grid().applies_on
