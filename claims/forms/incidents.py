"""What is typed to tell that a car was not seen, was not collected, or has gone; for both sides."""

from typing import Any

from django import forms
from django.utils import timezone

from claims.workflow import EXAMS, DateKind


def day_field(label: str) -> forms.DateField:
    return forms.DateField(
        label=label,
        initial=timezone.localdate,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": f"{label} : choisissez le jour.",
            "invalid": f"{label} : écrivez une date, par exemple 31/12/2026.",
        },
    )


def _reason(label: str, help_text: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=300,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={
            "required": "Écrivez ce qui s’est passé : l’autre partie le lit.",
            "max_length": "Écrivez 300 caractères au plus.",
        },
    )


class UnseenForm(forms.Form):
    """« Véhicule non vu »."""

    on = day_field("Rendez-vous manqué du")
    reason = _reason(
        "Ce qui s’est passé", "Par exemple : l’expert n’est pas venu ; le client n’a pas déposé la voiture."
    )


class UncollectedForm(forms.Form):
    """« Véhicule non enlevé »."""

    on = day_field("À enlever depuis le")
    reason = _reason("Où en est l’enlèvement", "Par exemple : cession signée, aucun épaviste ne s’est présenté.")


class CollectedForm(forms.Form):
    """When the car has gone."""

    on = day_field("Enlevé le")


class ExamForm(forms.Form):
    """An exam of a procédure VE that was made."""

    kind = forms.ChoiceField(
        label="Examen", choices=[(kind.value, kind.label) for kind in DateKind if kind in EXAMS], required=True
    )
    on = day_field("Fait le")

    def clean_kind(self) -> DateKind:
        return DateKind(self.cleaned_data["kind"])


INCIDENT_FORMS: dict[str, type[forms.Form]] = {
    "non-vu": UnseenForm,
    "non-enleve": UncollectedForm,
    "enleve": CollectedForm,
    "examen": ExamForm,
}


def incident_form(act: str, data: Any = None) -> forms.Form | None:
    """The form of an act, its names apart from those of the others; None for an act that takes nothing."""
    found = INCIDENT_FORMS.get(act)
    return found(data, prefix=act) if found else None
