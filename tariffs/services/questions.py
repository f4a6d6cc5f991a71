"""« Quel tarif s’appliquait le … ? »: the rule of `tariffs.rules` asked of the ledger."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from tariffs import cells, rules, vat
from tariffs.columns import COLUMNS, Column, Unit
from tariffs.models import TariffRate, TariffVersion


@dataclass(frozen=True, slots=True)
class Line:
    """One column of the answer: ex and incl. VAT where it is an amount."""

    column: Column
    value: Decimal | None
    incl_tax: Decimal | None


@dataclass(frozen=True, slots=True)
class Answer:
    """The rate that applied, the version it comes from, and why this one."""

    version: TariffVersion
    rate: TariffRate
    reason: str
    vat_rate: Decimal | None
    lines: tuple[Line, ...]


def answer(versions: Iterable[TariffVersion], *, payer: str, make: str, on: date) -> Answer | None:
    """The one rate for a payer and a make on a day among the versions of one establishment, rows prefetched."""
    by_number = {version.number: version for version in versions}
    grids = [version.grid() for version in by_number.values()]
    found = rules.applicable(grids, payer_key=cells.key(payer), make_key=cells.key(make), on=on)
    if found is None:
        return None
    version = by_number[found.grid.number]
    tax = vat.rate_at(version.site.postal_code)
    lines = tuple(_line(column, found.row, tax) for column in COLUMNS)
    return Answer(version, found.row, _reason(found), tax, lines)


def _line(column: Column, rate: Any, tax: Decimal | None) -> Line:
    value = getattr(rate, column.slug)
    taxed = value is not None and tax is not None and column.unit != Unit.PERCENT
    return Line(column, value, vat.with_vat(value, tax) if taxed and tax is not None else None)


def _reason(found: rules.Applicable) -> str:
    who = "la ligne de ce payeur" if found.own_payer else "la ligne PUBLIC, car ce payeur n’a pas de ligne à son nom"
    where = "la grille de cette marque" if found.own_make else "la grille « toutes marques »"
    return f"{who}, dans {where} en vigueur ce jour-là"


def current(versions: Iterable[TariffVersion], on: date) -> list[TariffVersion]:
    """Of versions of any shops, those in force on a day: one a shop and make."""
    of_site: dict[tuple[int, str], TariffVersion] = {}
    for version in versions:
        place = (version.site_id, version.make_key)
        other = of_site.get(place)
        newer = other is None or (version.applies_on, version.number) > (other.applies_on, other.number)
        if version.applies_on <= on and newer:
            of_site[place] = version
    return sorted(of_site.values(), key=lambda version: (version.site.siret, version.make_key))
