"""Two versions side by side, cell by cell."""

from dataclasses import dataclass

from tariffs.columns import COLUMNS
from tariffs.models import TariffRate, TariffVersion
from tariffs.services.grids import shown


@dataclass(frozen=True, slots=True)
class Cell:
    """A value now, and before when it was another."""

    slug: str
    now: str
    before: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A payer's row: `change` is "", « ajoutée » or « retirée »."""

    payer: str
    cells: tuple[Cell, ...]
    change: str = ""


def compare(version: TariffVersion, earlier: TariffVersion | None) -> list[Line]:
    """The rows of `version`, each cell with what it was in `earlier`; then the rows it no longer has."""
    rates = list(version.rates.all())
    if earlier is None:
        return [Line(rate.payer, _cells(rate, None)) for rate in rates]
    former = {rate.payer_key: rate for rate in earlier.rates.all()}
    kept = {rate.payer_key for rate in rates}
    lines = [
        Line(rate.payer, _cells(rate, former.get(rate.payer_key)), "" if rate.payer_key in former else "ajoutée")
        for rate in rates
    ]
    return lines + [Line(rate.payer, _cells(rate, None), "retirée") for key, rate in former.items() if key not in kept]


def _cells(rate: TariffRate, former: TariffRate | None) -> tuple[Cell, ...]:
    before = None if former is None else _texts(former)
    return tuple(
        Cell(slug, text, before[slug] if before is not None and before[slug] != text else None)
        for slug, text in _texts(rate).items()
    )


def _texts(rate: TariffRate) -> dict[str, str]:
    values = {column.slug: shown(value) for column, value in zip(COLUMNS, rate.values, strict=True)}
    return {**values, "agree": "oui" if rate.is_approved else "non"}
