"""A grid as it is typed, and what is understood of it: every error has its cell, nothing typed is lost."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.formats import number_format

from tariffs import cells
from tariffs.columns import BY_SLUG, COLUMNS
from tariffs.models import DefaultPayer, TariffVersion

MOST_ROWS = 60
PAYER, APPROVED, MAKE, DATE = "payeur", "agree", "marque", "applicable_le"


@dataclass(slots=True)
class TypedRow:
    """One payer's row, as typed."""

    payer: str = ""
    cells: dict[str, str] = field(default_factory=dict)  # by the column's slug
    approved: str = ""  # « oui », « non » or what a file said

    @property
    def is_blank(self) -> bool:
        return not any(text.strip() for text in self.cells.values()) and cells.key(self.approved) in {"", "non"}

    @property
    def in_order(self) -> list[tuple[str, str]]:
        """Slug and text of each column, in the grid's order."""
        return [(column.slug, self.cells.get(column.slug, "")) for column in COLUMNS]


@dataclass(slots=True)
class TypedGrid:
    """A whole grid, as typed."""

    make: str = ""
    applies_on: str = ""  # ISO, as a date field sends it
    rows: list[TypedRow] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> "TypedGrid":
        rows = [
            TypedRow(str(row.get("payer", "")), _texts(row.get("cells")), str(row.get("approved", "")))
            for row in content.get("rows", [])[:MOST_ROWS]
        ]
        return cls(str(content.get("make", "")), str(content.get("applies_on", "")), rows)


def _texts(found: Any) -> dict[str, str]:
    known = found if isinstance(found, dict) else {}
    return {slug: str(known[slug])[:40] for slug in BY_SLUG if known.get(slug)}


@dataclass(frozen=True, slots=True)
class CellProblem:
    """Something wrong: `row` counts from 0, None for the grid's own fields; `field` is a slug."""

    row: int | None
    field: str
    message: str

    @property
    def label(self) -> str:
        """What the field is called on the page."""
        own = {MAKE: "Marque concernée", DATE: "Date d’application", PAYER: "payeur", APPROVED: "agréé"}
        return own.get(self.field) or BY_SLUG[self.field].label

    @property
    def anchor(self) -> str:
        """The id of the field on the page."""
        return f"id_{self.field}" if self.row is None else f"l{self.row}-{self.field}"


@dataclass(frozen=True, slots=True)
class ParsedRow:
    payer: str
    payer_key: str
    values: dict[str, Decimal | None]
    is_approved: bool

    def to_json(self) -> dict[str, Any]:
        values = {slug: None if value is None else str(value) for slug, value in self.values.items()}
        return {"payer": self.payer, "values": values, "approved": self.is_approved}


@dataclass(frozen=True, slots=True)
class Parsed:
    """A grid without error, ready to be sent."""

    make: str
    make_key: str
    applies_on: date
    rows: tuple[ParsedRow, ...]

    def to_json(self) -> dict[str, Any]:
        """What a draft to validate keeps."""
        rows = [row.to_json() for row in self.rows]
        return {"make": self.make, "applies_on": self.applies_on.isoformat(), "rows": rows}

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> "Parsed":
        rows = tuple(
            ParsedRow(
                row["payer"],
                cells.key(row["payer"]),
                {slug: None if value is None else Decimal(value) for slug, value in row["values"].items()},
                row["approved"],
            )
            for row in content["rows"]
        )
        make = content["make"]
        return cls(make, cells.key(make), date.fromisoformat(content["applies_on"]), rows)


def parse(typed: TypedGrid) -> tuple[Parsed | None, list[CellProblem]]:
    """The grid, or everything that is wrong with it, in reading order."""
    problems: list[CellProblem] = []
    make = _name(typed.make, None, MAKE, problems)
    if make and not cells.key(make):
        problems.append(
            CellProblem(None, MAKE, "écrivez la marque en lettres, ou laissez vide pour toutes les marques")
        )
    applies_on = _day(typed.applies_on, problems)
    rows = list(_rows(typed.rows, problems))
    if not rows and not problems:
        problems.append(CellProblem(0, COLUMNS[0].slug, "remplissez au moins une ligne avant d’envoyer"))
    if problems or applies_on is None:
        return None, problems
    return Parsed(make, cells.key(make), applies_on, tuple(rows)), []


def _name(typed: str, row: int | None, slug: str, problems: list[CellProblem]) -> str:
    try:
        return cells.name(typed)
    except cells.CellError as problem:
        problems.append(CellProblem(row, slug, str(problem)))
        return ""


def _day(typed: str, problems: list[CellProblem]) -> date | None:
    """A grid never reaches back: what applied yesterday is settled."""
    try:
        day = parse_date(typed.strip())
    except ValueError:
        day = None
    today = timezone.localdate()
    if day is None:
        problems.append(CellProblem(None, DATE, "donnez la date d’application : jour, mois, année"))
    elif day < today:
        problems.append(
            CellProblem(None, DATE, "cette date est passée : une grille s’applique au plus tôt aujourd’hui")
        )
    elif day > today.replace(year=today.year + 2, day=1):
        problems.append(CellProblem(None, DATE, "cette date est à plus de deux ans"))
    return day


def _rows(typed: list[TypedRow], problems: list[CellProblem]) -> Iterator[ParsedRow]:
    seen: set[str] = set()
    for number, row in enumerate(typed):
        if row.is_blank:
            continue
        payer = _name(row.payer, number, PAYER, problems)
        key = cells.key(payer)
        if not key:
            problems.append(CellProblem(number, PAYER, "donnez le nom du payeur, ou videz la ligne"))
        elif key in seen:
            problems.append(CellProblem(number, PAYER, f"« {payer} » est déjà dans la grille"))
        seen.add(key)
        values = {slug: _amount(text, number, slug, problems) for slug, text in row.in_order}
        yield ParsedRow(payer, key, values, _yes(row.approved, number, problems))


def _amount(text: str, row: int, slug: str, problems: list[CellProblem]) -> Decimal | None:
    try:
        return cells.amount(text, BY_SLUG[slug])
    except cells.CellError as problem:
        problems.append(CellProblem(row, slug, str(problem)))
        return None


def _yes(text: str, row: int, problems: list[CellProblem]) -> bool:
    try:
        return cells.yes(text)
    except cells.CellError as problem:
        problems.append(CellProblem(row, APPROVED, str(problem)))
        return False


def blank_grid() -> TypedGrid:
    """The network's default rows, nothing filled in, from today on; an empty one where it has none."""
    names = DefaultPayer.objects.filter(is_active=True).values_list("name", flat=True)
    return TypedGrid(
        applies_on=timezone.localdate().isoformat(), rows=[TypedRow(name) for name in names] or [TypedRow()]
    )


def typed_from_version(version: TariffVersion) -> TypedGrid:
    """An earlier version as the start of a new one: its values, from today on, then the default rows it lacks."""
    rates = list(version.rates.all())
    rows = [
        TypedRow(
            rate.payer,
            {column.slug: shown(getattr(rate, column.slug)) for column in COLUMNS},
            "oui" if rate.is_approved else "",
        )
        for rate in rates
    ]
    known = {rate.payer_key for rate in rates}
    grid = blank_grid()
    rows += [row for row in grid.rows if cells.key(row.payer) not in known]
    return TypedGrid(version.make, grid.applies_on, rows)


def shown(value: Decimal | None) -> str:
    """As a French reader writes it: 62,50; nothing for what was not communicated."""
    return "" if value is None else number_format(value, 2, use_l10n=True, force_grouping=False)
