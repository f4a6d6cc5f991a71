"""What may be typed about rates: the grid as a table of fields, the question, a file."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone

from accounts.validators import number_typed
from tariffs.cells import LONGEST, key
from tariffs.columns import COLUMNS
from tariffs.services.grids import APPROVED, MOST_ROWS, PAYER, TypedGrid, TypedRow

# Suggestions only: any make may be typed.
MAKES = (
    "Alfa Romeo", "Audi", "BMW", "BYD", "Citroën", "Cupra", "Dacia", "DS", "Fiat", "Ford", "Honda", "Hyundai",
    "Jaguar", "Jeep", "Kia", "Land Rover", "Lexus", "Mazda", "Mercedes-Benz", "MG", "Mini", "Mitsubishi", "Nissan",
    "Opel", "Peugeot", "Porsche", "Renault", "Seat", "Skoda", "Smart", "Subaru", "Suzuki", "Tesla", "Toyota",
    "Volkswagen", "Volvo",
)  # fmt: skip


def makes(own: Iterable[str]) -> list[str]:
    """Suggestions: a make this shop wrote before keeps its spelling, and stands once whatever accents and case."""
    found: dict[str, str] = {}
    for name in (*own, *MAKES):
        found.setdefault(key(name), name)
    return [found[name] for name in sorted(found) if name]


def typed_grid(data: QueryDict) -> TypedGrid:
    """The posted fields `l0-payeur`, `l0-t1`… as a grid; rows beyond the most are not read."""

    def text(name: str, longest: int) -> str:
        return data.get(name, "").replace("\0", "")[:longest]  # PostgreSQL takes no NUL

    rows = [
        TypedRow(
            text(f"l{row}-{PAYER}", 4 * LONGEST),
            {column.slug: cell for column in COLUMNS if (cell := text(f"l{row}-{column.slug}", 40))},
            text(f"l{row}-{APPROVED}", 10),
        )
        for row in range(min(number_typed(text("lignes", 9)), MOST_ROWS))
    ]
    return TypedGrid(text("marque", 4 * LONGEST), text("applicable_le", 10), rows)


class QuestionForm(forms.Form):
    """« Quel tarif s’appliquait le … pour … ? »"""

    payeur = forms.CharField(label="Payeur", max_length=LONGEST, required=False)
    marque = forms.CharField(label="Marque", max_length=LONGEST, required=False)
    le = forms.DateField(
        label="Le",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Donnez une date : jour, mois, année.", "required": "Donnez une date."},
    )

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.fields["le"].initial = timezone.localdate
        self.fields["payeur"].widget.attrs["list"] = "payeurs"
        self.fields["marque"].widget.attrs["list"] = "marques"


class FileForm(forms.Form):
    fichier = forms.FileField(
        label="Fichier CSV", error_messages={"required": "Choisissez un fichier CSV.", "empty": "Ce fichier est vide."}
    )
