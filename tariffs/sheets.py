"""Grids as files: the CSV that is sent, attached and read back, and its cells kept from being formulas."""

import csv
import io
from collections.abc import Iterable, Sequence

from tariffs.columns import COLUMNS
from tariffs.models import TariffRate, TariffVersion

HEADER = ("marque", "applicable_le", "payeur", *(column.slug for column in COLUMNS), "agree")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def safe(text: str) -> str:
    """A cell that a spreadsheet shows and does not compute (OWASP, CSV injection)."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def plain(text: str) -> str:
    """The same cell read back."""
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA) else text


def cells_of(rate: TariffRate) -> list[str]:
    """The columns of a row as text with a decimal comma, « agréé » last; nothing for what was not communicated."""
    values = ["" if value is None else f"{value:.2f}".replace(".", ",") for value in rate.values]
    return [*values, "oui" if rate.is_approved else "non"]


def to_csv(version: TariffVersion) -> bytes:
    """`;` separated UTF-8 with a byte order mark, as French spreadsheets open it; reading it back gives the grid."""
    day = f"{version.applies_on:%d/%m/%Y}"
    rows = ([safe(version.make), day, safe(rate.payer), *cells_of(rate)] for rate in version.rates.all())
    return write([HEADER, *rows])


def file_name(version: TariffVersion) -> str:
    """ASCII, without extension: the SIRET and the version."""
    return f"tarifs-{version.site.siret}-version-{version.number}"


def write(rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode("utf-8-sig")
