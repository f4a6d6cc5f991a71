"""The columns of « Grille tarifaire HT » (EG-71): their order, their unit, what a cell may hold. No database here."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Unit(StrEnum):
    HOURLY = "€ HT / h"
    AMOUNT = "€ HT"
    PERCENT = "%"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `slug` names it in files and in the database, `label` heads it, `meaning` explains it."""

    slug: str
    label: str
    meaning: str
    unit: Unit

    @property
    def highest(self) -> Decimal:
        """A discount never exceeds the whole; the other limit only catches slips of the comma."""
        return Decimal(100) if self.unit == Unit.PERCENT else Decimal("9999.99")


COLUMNS: tuple[Column, ...] = (
    Column("t1", "T1", "Tôlerie, taux horaire 1", Unit.HOURLY),
    Column("t2", "T2", "Tôlerie, taux horaire 2", Unit.HOURLY),
    Column("t3", "T3", "Tôlerie, taux horaire 3", Unit.HOURLY),
    Column("m1", "M1", "Mécanique, taux horaire 1", Unit.HOURLY),
    Column("m2", "M2", "Mécanique, taux horaire 2", Unit.HOURLY),
    Column("m3", "M3", "Mécanique, taux horaire 3", Unit.HOURLY),
    Column("peinture", "Taux peinture", "Peinture, taux horaire", Unit.HOURLY),
    Column("opaque", "Opaque", "Ingrédients de peinture opaque", Unit.AMOUNT),
    Column("vernis", "Vernis", "Ingrédients de peinture vernie", Unit.AMOUNT),
    Column("nacre", "Nacré", "Ingrédients de peinture nacrée", Unit.AMOUNT),
    Column("remise_facture", "Remise facture", "Remise sur la facture", Unit.PERCENT),
    Column("remise_mo", "Remise MO", "Remise sur la main-d’œuvre", Unit.PERCENT),
    Column("remise_pieces", "Remise pièces", "Remise sur les pièces", Unit.PERCENT),
)
BY_SLUG = {column.slug: column for column in COLUMNS}
