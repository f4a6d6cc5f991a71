"""What is typed to write to a cabinet: a form that asks what the subject needs, and no more."""

import re
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.core.exceptions import ValidationError

from claims.forms.dates import WishForm
from claims.models import Document
from claims.models.documents import takes_photos
from claims.models.passages import Slot
from claims.workflow import DateKind
from messaging.subjects import SAYS, Extra, Facts, Level, Terms, Typed, fields

KEY = re.compile(r"[0-9a-f]{32}")
# What the engine calls a field → what this form does.
NAMES = {Extra.NAME.value: "name", Extra.REASON.value: "reason", "message": "message", "kind": "kind"}


class WriteForm(forms.Form):
    """The words of a message; its files have arrived before, its day is a form of its own (`visit_form`)."""

    use_required_attribute = False  # a browser would not let files be added before the words are written
    cle = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, terms: Terms, facts: Facts, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.terms = terms
        asked = fields(terms, facts)
        self.takes_files = "files" in asked
        for name in asked:
            if name in NAMES:
                self.fields[NAMES[name]] = getattr(self, f"_{NAMES[name]}")()

    def _name(self) -> forms.Field:
        return forms.CharField(
            label="Nom et prénom de la personne sur place",
            max_length=120,
            error_messages={"required": SAYS[Extra.NAME.value]},
            help_text="Celle qui sera auprès du véhicule.",
            widget=forms.TextInput(attrs={"autocomplete": "name"}),
        )

    def _reason(self) -> forms.Field:
        return forms.CharField(
            label="Motif",
            max_length=300,
            error_messages={"required": SAYS[Extra.REASON.value], "max_length": "Écrivez 300 caractères au plus."},
            help_text="Pourquoi l’expert doit venir : ce qu’il verra et que les photos ne montrent pas.",
        )

    def _message(self) -> forms.Field:
        return forms.CharField(
            label="Message",
            max_length=4000,
            required=self.terms.message == Level.REQUIRED,
            error_messages={"required": SAYS["message"], "max_length": "Écrivez 4 000 caractères au plus."},
            widget=forms.Textarea(attrs={"rows": 6}),
        )

    def _kind(self) -> forms.Field:
        offered = [Document.Kind(kind) for kind in self.terms.kinds]
        return forms.ChoiceField(
            label="Type de vos documents",
            choices=[("", "Choisissez…"), *((kind.value, _offered(kind)) for kind in offered)],
            required=False,
            help_text="Le même pour tous les fichiers de ce message : pour deux types, écrivez deux messages.",
            error_messages={"invalid_choice": "Choisissez dans la liste."},
        )

    def clean_cle(self) -> str:
        key = str(self.cleaned_data["cle"])
        if not KEY.fullmatch(key):
            raise ValidationError("Rechargez la page, puis recommencez.")
        return key

    def typed(self, day: str = "") -> Typed:
        """What was typed; the form is valid."""
        held = self.cleaned_data
        words = {name: held.get(name, "").strip() for name in ("message", "reason", "name", "kind")}
        return Typed(day=day, **words)

    def complain(self, problem: ValidationError) -> None:
        """Put a service's refusal beside the field it is about, where the form has one."""
        found = problem.message_dict if hasattr(problem, "error_dict") else {"": problem.messages}
        for name, texts in found.items():
            near = NAMES.get(name)
            self.add_error(near if near in self.fields else None, texts)


def _offered(kind: Document.Kind) -> str:
    return kind.label if takes_photos(kind) else f"{kind.label} (PDF)"


def visit_form(slots: list[Slot], typed: Any, *, sent: bool, other_days: bool) -> WishForm:
    """The day of a visit, picked as any visit's is; checked once it is sent, kept as it is before."""
    kind = DateKind.FIELD_VISIT
    start = {name.removeprefix(f"{kind.value}-"): value for name, value in typed.items()}
    kept = {"data": typed} if sent else {"initial": start}
    return WishForm(**kept, kind=kind, slots=slots, other_dates=other_days)


def day_of(form: WishForm) -> str:
    """The day as the engine writes it: « 2026-12-03_matin »; the form is valid."""
    wish = form.wish()
    return f"{wish.starts_on.isoformat()}_{wish.half}" if wish.half else wish.starts_on.isoformat()


class InboxForm(forms.Form):
    """What the inbox is asked for, read as leniently as the list's: what makes no sense is left out."""

    voir = forms.ChoiceField(
        label="Voir",
        required=False,
        choices=[("", "Tous"), ("non-lus", "Non lus"), ("a-repondre", "À répondre")],
    )
    cabinet = forms.ChoiceField(label="Cabinet", required=False)
    q = forms.CharField(label="Dossier", required=False, max_length=100)

    def __init__(self, *args: Any, cabinets: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: Any = self.fields["cabinet"]
        choices.choices = [("", "Tous"), *cabinets]
        self.is_valid()
        self.held: dict[str, str] = {name: self.cleaned_data.get(name) or "" for name in self.fields}


class AmendForm(forms.Form):
    """What a responsable changes of a collaborator's message before it leaves."""

    reason = forms.CharField(label="Motif", max_length=300, required=False)
    message = forms.CharField(
        label="Message",
        max_length=4000,
        required=False,
        error_messages={"max_length": "Écrivez 4 000 caractères au plus."},
        widget=forms.Textarea(attrs={"rows": 8}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """A message without a reason is asked for none."""
        super().__init__(*args, **kwargs)
        if not self.initial.get("reason"):
            del self.fields["reason"]
