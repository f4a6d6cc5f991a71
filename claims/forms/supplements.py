"""What is typed to ask for a complément, and to decide it."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from claims.models import Supplement

KEY = re.compile(r"[0-9a-f]{32}")
MOST = 9_999_999


def _amount(label: str, **more: Any) -> forms.DecimalField:
    return forms.DecimalField(
        label=label,
        required=False,
        min_value=0,
        max_value=MOST,
        decimal_places=2,
        localize=True,
        error_messages={
            "invalid": "Écrivez un montant en euros, par exemple 1 905,60.",
            "min_value": "Écrivez un montant positif.",
            "max_value": "Ce montant est trop grand.",
            "max_decimal_places": "Écrivez deux chiffres après la virgule au plus.",
        },
        **more,
    )


class SupplementForm(forms.Form):
    """A comment, photos, or both; the photos have arrived before."""

    comment = forms.CharField(
        label="Ce qu’il faut en plus, et pourquoi",
        required=False,
        max_length=4000,
        help_text="Quoi, où, comment, combien. Vous pouvez aussi signaler une pièce en retard.",
        error_messages={"max_length": "Écrivez 4 000 caractères au plus."},
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    amount = _amount("Montant HT, en euros", widget=forms.TextInput(attrs={"inputmode": "decimal"}))
    cle = forms.CharField(widget=forms.HiddenInput)

    def clean_cle(self) -> str:
        key = str(self.cleaned_data["cle"])
        if not KEY.fullmatch(key):
            raise ValidationError("Rechargez la page, puis recommencez.")
        return key


class AmendSupplementForm(SupplementForm):
    """A request under validation, before whoever answers lets it go: the photos stay as they are."""

    cle = None  # type: ignore[assignment]  # a draft is sent once


class DecisionForm(forms.Form):
    """The expert's answer; the shop reads it as it is."""

    status = forms.ChoiceField(
        label="Décision",
        choices=[
            ("", "Choisissez…"),  # one press too many accepts nothing
            *(choice for choice in Supplement.Status.choices if choice[0] != Supplement.Status.PENDING),
        ],
        error_messages={
            "required": "Choisissez la décision : accepté, accepté en partie ou refusé.",
            "invalid_choice": "Choisissez la décision : accepté, accepté en partie ou refusé.",
        },
    )
    amount = _amount("Montant accepté HT")
    reason = forms.CharField(
        label="Motif, lu par le réparateur",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2, "cols": 60}),
    )
