"""The columns of an import file: their French names, where they go, how they are read."""

from dataclasses import dataclass
from typing import Any

from claims.models import Dossier
from claims.services.imports import cells
from claims.services.imports.cells import Cell, CellError
from claims.services.imports.report import Reject, SourceError


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name in the file, the dossier's field it fills, its type in the staging table, its reader."""

    name: str
    field: str
    sql_type: str
    read: Cell


TEXT = "text NOT NULL DEFAULT ''"


def _text(name: str, field: str, read: Any = cells.text) -> Column:
    limit: Any = Dossier._meta.get_field(field)
    return Column(name, field, TEXT, read(limit.max_length))


COLUMNS: tuple[Column, ...] = (
    _text("reference", "reference", cells.reference),
    _text("siret", "siret", cells.siret),
    Column("date_mission", "mission_on", "date", cells.day),
    Column("date_sinistre", "claim_on", "date", cells.day),
    Column("date_expertise", "expertise_on", "date", cells.day),
    _text("numero_sinistre", "claim_number"),
    _text("assure_nom", "insured_name"),
    _text("assure_email", "insured_email"),
    _text("assure_telephone", "insured_phone"),
    _text("marque", "make", cells.word),
    _text("modele", "model", cells.word),
    _text("immatriculation", "plate"),
    _text("vin", "vin"),
    _text("code_gta", "insurer_code", cells.word),
    _text("assurance", "insurer_name", cells.word),
    _text("mandant", "principal_name", cells.word),
    _text("type_choc", "impact", cells.word),
    Column("montant_ht", "amount_excl_tax", "numeric(12, 2)", cells.amount),
    Column("dernier_chiffrage", "last_estimate", "numeric(12, 2)", cells.amount),
    Column("franchise", "deductible", "numeric(12, 2)", cells.amount),
    Column("agree", "is_approved_repairer", "boolean NOT NULL DEFAULT false", cells.yes_no),
    Column("procedure_ve", "ve_procedure", TEXT, cells.procedure),
    Column("etat", "state", "text", cells.state),
    _text("expert_email", "expert_email", cells.email),
)
BY_NAME = {column.name: column for column in COLUMNS}
REQUIRED = ("reference", "siret")
OURS = frozenset({"ligne", "colonne", "motif"})  # what a reject file adds: it may be corrected and imported as it is


@dataclass(frozen=True, slots=True)
class Layout:
    """How the cells of one file's rows are read."""

    width: int
    columns: tuple[tuple[int, Column], ...]  # place in the row, column
    siret_place: int
    unknown: tuple[str, ...]

    @property
    def fields(self) -> tuple[str, ...]:
        return tuple(column.field for _, column in self.columns)

    def read(self, line: int, row: list[str]) -> list[str | int | None]:
        """The values of a row, in the order `line, site, *fields`; raises `CellError` at the first bad cell."""
        values: list[str | int | None] = [line, cells.valid_siret(row[self.siret_place])]
        values += [column.read(row[place]) for place, column in self.columns]
        return values

    def reject(self, line: int, row: list[str]) -> Reject:
        """Every bad cell of a row, so that it is corrected once."""
        if len(row) != self.width:
            return Reject(line, "", f"{len(row)} cellules au lieu de {self.width}", row)
        found = []
        for place, column in self.columns:
            try:
                column.read(row[place])
            except CellError as problem:
                found.append((column.name, str(problem)))
        return Reject(line, ", ".join(name for name, _ in found), " ; ".join(reason for _, reason in found), row)


def layout(header: list[str]) -> Layout:
    """Read a header; raises `SourceError` when a required column is missing or a known one comes twice."""
    names = [cells.folded(cell) for cell in header]
    known = [name for name in names if name in BY_NAME]
    twice = sorted({name for name in known if known.count(name) > 1})
    if twice:
        raise SourceError(f"Colonne en double dans l’en-tête : {', '.join(twice)}.")
    missing = [name for name in REQUIRED if name not in known]
    if missing:
        raise SourceError(
            f"Colonne absente de l’en-tête : {', '.join(missing)}. La première ligne doit nommer les colonnes."
        )
    places = tuple((place, BY_NAME[name]) for place, name in enumerate(names) if name in BY_NAME)
    unknown = tuple(
        cells.plain(cell)[:40]
        for cell, name in zip(header, names, strict=True)
        if name and name not in {*BY_NAME, *OURS}
    )
    return Layout(len(header), places, names.index("siret"), unknown)
