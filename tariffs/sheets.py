"""Grids as files: the CSV that is sent, attached and read back, and the cabinet's list of all rates."""

from collections.abc import Iterable, Iterator
from typing import IO

from accounts import sheets
from accounts.sheets import Row, Value
from tariffs.columns import COLUMNS
from tariffs.models import TariffRate, TariffVersion

_OWN = ("marque", "applicable_le", "payeur", *(column.slug for column in COLUMNS), "agree")
_ALL = ("siret", "etablissement", "version", "envoyee_le", *_OWN)
_MARKS = ("=", "+", "-", "@", "\t", "\r")


def plain(text: str) -> str:
    """A cell read back: without the apostrophe that kept it from being a formula."""
    return text[1:] if text.startswith("'") and text[1:].lstrip().startswith(_MARKS) else text


def _row(version: TariffVersion, rate: TariffRate) -> list[Value]:
    return [version.make, version.applies_on, rate.payer, *rate.values, "oui" if rate.is_approved else "non"]


def to_csv(version: TariffVersion) -> bytes:
    """One version; reading it back gives the grid."""
    with sheets.write_csv(_OWN, (_row(version, rate) for rate in version.rates.all())) as file:
        return file.read()


def file_name(version: TariffVersion) -> str:
    """ASCII, without extension: the SIRET and the version."""
    return f"tarifs-{version.site.siret}-version-{version.number}"


def _every(versions: Iterable[TariffVersion]) -> Iterator[Row]:
    for version in versions:
        shop: list[Value] = [version.site.siret, version.site.name, version.number, version.sent_at.date()]
        yield from ([*shop, *_row(version, rate)] for rate in version.rates.all())


def all_csv(versions: Iterable[TariffVersion]) -> IO[bytes]:
    return sheets.write_csv(_ALL, _every(versions))


def all_xlsx(versions: Iterable[TariffVersion]) -> IO[bytes]:
    return sheets.write_xlsx(_ALL, _every(versions), title="Tarifs")
