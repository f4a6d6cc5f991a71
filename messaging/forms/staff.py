"""What staff type in a thread, and in the catalogue of subjects."""

import secrets
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from accounts.models import CabinetMember
from claims.models import Dossier
from messaging.forms.threads import KEY
from messaging.models import Subject, Thread
from messaging.models.subjects import KINDS
from messaging.subjects import Extra, Reader, Rule

BOXES = forms.CheckboxSelectMultiple


def _words(label: str, **more: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5, "cols": 80}),
        error_messages={
            "required": "Écrivez un message, ou joignez un document.",
            "max_length": "Écrivez 4 000 caractères au plus.",
        },
        **more,
    )


def _day(label: str, **more: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Écrivez une date, par exemple 31/12/2026.", "required": "Choisissez une date."},
        **more,
    )


class KeyedForm(forms.Form):
    """One sending, however often its button is pressed."""

    cle = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["cle"].initial = secrets.token_hex(16)

    def clean_cle(self) -> str:
        key = str(self.cleaned_data["cle"])
        if not KEY.fullmatch(key):
            raise ValidationError("Rechargez la page, puis recommencez.")
        return key


class AnswerForm(KeyedForm):
    """What the shop reads."""

    body = _words("Message au réparateur", required=False)
    file = forms.FileField(label="Joindre un document", required=False, help_text="PDF, JPEG ou PNG, 25 Mo au plus.")
    due_on = _day("Réponse attendue avant la fin du", required=False)


class DecisionForm(forms.Form):
    """An answer that waits, as it will leave, or why it will not."""

    body = _words("Réponse, telle qu’elle partira", required=False)
    reason = forms.CharField(label="Motif, pour refuser", max_length=500, required=False)


class AssignForm(forms.Form):
    """Who follows a thread."""

    member = forms.ModelChoiceField(
        label="Suivi par", queryset=CabinetMember.objects.none(), required=False, empty_label="selon l’objet"
    )

    def __init__(self, *args: Any, staff: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["member"].queryset = staff  # type: ignore[attr-defined]


class QuestionForm(forms.ModelForm):  # type: ignore[type-arg]
    """A question to the shop of a dossier."""

    cle = forms.CharField(widget=forms.HiddenInput)
    reference = forms.CharField(
        label="N° de dossier", max_length=40, error_messages={"required": "Écrivez le numéro du dossier."}
    )
    title = forms.CharField(
        label="Objet",
        max_length=120,
        help_text="Le réparateur le lit dans sa liste de messages.",
        error_messages={"required": "Écrivez l’objet de la question."},
    )
    reader = forms.ChoiceField(label="La réponse est lue par", choices=Reader.choices)
    body = _words("Question")
    due_on = _day("Réponse attendue avant la fin du")
    file = forms.FileField(label="Joindre un document", required=False, help_text="PDF, JPEG ou PNG, 25 Mo au plus.")

    class Meta:
        model = Thread
        fields = ("title", "reader")

    def __init__(self, *args: Any, dossiers: Any, due_on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.dossiers = dossiers
        self.fields["cle"].initial = secrets.token_hex(16)
        self.fields["due_on"].initial = due_on
        self.dossier: Dossier | None = None

    def clean_cle(self) -> str:
        key = str(self.cleaned_data["cle"])
        if not KEY.fullmatch(key):
            raise ValidationError("Rechargez la page, puis recommencez.")
        return key

    def clean_reference(self) -> str:
        reference = str(self.cleaned_data["reference"]).strip()
        self.dossier = self.dossiers.filter(reference=reference).first()
        if self.dossier is None:
            raise ValidationError("Aucun dossier du cabinet ne porte ce numéro.")
        if self.dossier.establishment_id is None:
            raise ValidationError("Ce dossier n’est rattaché à aucun réparateur : corrigez d’abord son SIRET.")
        return reference


class SubjectForm(forms.ModelForm):  # type: ignore[type-arg]
    """A subject of the cabinet's own; of one every cabinet has, only what the cabinet may choose."""

    kinds = forms.MultipleChoiceField(label="Types de document, au choix", required=False, widget=BOXES, choices=KINDS)
    extras = forms.MultipleChoiceField(label="Demander aussi", required=False, widget=BOXES, choices=Extra.choices)
    rules = forms.MultipleChoiceField(label="Proposé quand", required=False, widget=BOXES, choices=Rule.choices)

    class Meta:
        model = Subject
        fields = (
            "label", "hint", "reader", "message", "documents", "kinds", "photo_kind", "pdf_kind", "extras", "rules",
            "position", "is_active",
        )  # fmt: skip
