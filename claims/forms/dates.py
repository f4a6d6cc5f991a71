"""What may be typed about a date of a dossier."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format

from accounts.scope import Actor
from claims.models.appointments import AppointmentQuerySet, HalfDay, Wish
from claims.models.memos import MemoQuerySet
from claims.models.passages import Slot
from claims.workflow import DATE_ACTIONS, VISITS, Action, DateKind

OTHER = "autre"


def day_field(label: str, **kwargs: Any) -> forms.DateField:
    """A day to come, typed or picked in the browser's own calendar."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    errors = {"required": "Choisissez une date.", "invalid": "Écrivez une date, par exemple 31/12/2026."}
    return forms.DateField(label=label, widget=widget, error_messages=errors, **kwargs)


class WishForm(forms.Form):
    """A date of one kind: a passage to pick for a visit, a beginning and an end for repairs, one day otherwise."""

    def __init__(
        self,
        *args: Any,
        kind: DateKind,
        slots: list[Slot],
        closed: Sequence[date] = (),
        other_dates: bool = True,
        **kwargs: Any,
    ) -> None:
        """`slots` are the passages offered; without any, every day may be asked for. `closed`: holidays among them."""
        super().__init__(*args, **{"prefix": kind.value, **kwargs})
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True  # the page's own form carries it
        self.kind = kind
        self.slots = {slot.value: slot for slot in slots}
        self.closed = closed
        if kind in VISITS:
            self._visit_fields(free=other_dates or not slots)
        else:
            self.fields["starts_on"] = day_field("Début des travaux" if kind == DateKind.REPAIR else "Date")
        if kind == DateKind.REPAIR:
            self.fields["ends_on"] = day_field("Fin prévue", required=False)

    def _visit_fields(self, *, free: bool) -> None:
        if self.slots:
            choices = [(value, _told(slot)) for value, slot in self.slots.items()]
            self.fields["passage"] = forms.ChoiceField(
                label="Jours de passage de l’expert",
                choices=[*choices, (OTHER, "Un autre jour")] if free else choices,
                widget=forms.RadioSelect,
                help_text=_closed(self.closed),
                error_messages={
                    "required": "Choisissez un jour de passage.",
                    "invalid_choice": "Ce passage n’est plus proposé : choisissez-en un autre.",
                },
            )
        if free:
            self.fields["starts_on"] = day_field("Autre jour" if self.slots else "Date", required=not self.slots)
            self.fields["half"] = forms.ChoiceField(label="Moment", choices=HalfDay.choices, required=False)

    def clean(self) -> dict[str, Any]:
        typed = self.cleaned_data
        if typed.get("passage") == OTHER and not typed.get("starts_on") and "starts_on" not in self.errors:
            self.add_error("starts_on", "Choisissez le jour que vous proposez.")
        return typed

    def wish(self) -> Wish:
        """The date asked for; the form is valid."""
        typed = self.cleaned_data
        slot = self.slots.get(typed.get("passage", ""))
        if slot is not None:
            return Wish(slot.day, half=slot.half)
        return Wish(typed["starts_on"], typed.get("ends_on"), typed.get("half", ""))

    def complain(self, problem: ValidationError) -> None:
        """Put a service's refusal beside the field it is about, where the form has one."""
        found = problem.message_dict if hasattr(problem, "error_dict") else {"": problem.messages}
        for name, texts in found.items():
            near = name if name in self.fields else "passage" if "passage" in self.fields and name else None
            self.add_error(near, texts)


def _told(slot: Slot) -> str:
    text = f"{date_format(slot.day, 'l j F')}, {HalfDay(slot.half).label}"
    return f"{text} – {slot.sector}" if slot.sector else text


def _closed(days: Sequence[date]) -> str:
    if not days:
        return ""
    return f"Jour férié, pas de passage : {', '.join(date_format(day, 'l j F') for day in days)}."


class OfferForm(forms.Form):
    """A date as the cabinet offers it: any open day, with an hour when it knows one."""

    starts_on = day_field("Date")
    ends_on = day_field("Fin", required=False)
    half = forms.ChoiceField(label="Moment", choices=HalfDay.choices, required=False)
    at = forms.TimeField(
        label="Heure",
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"invalid": "Écrivez une heure, par exemple 10:30."},
    )

    def __init__(self, *args: Any, kind: DateKind, **kwargs: Any) -> None:
        super().__init__(*args, **{"prefix": kind.value, **kwargs})
        if kind != DateKind.REPAIR:
            del self.fields["ends_on"]
        if kind not in {*VISITS, DateKind.REMOTE}:
            del self.fields["half"], self.fields["at"]

    def wish(self) -> Wish:
        """The date offered; the form is valid. An hour says more than a half-day."""
        typed = self.cleaned_data
        half = "" if typed.get("at") else typed.get("half", "")
        return Wish(typed["starts_on"], typed.get("ends_on"), half, typed.get("at"))


class DateActForm(forms.Form):
    """Which act upon which date, and what the person was looking at."""

    type = forms.TypedChoiceField(choices=DateKind.choices, coerce=DateKind)
    acte = forms.TypedChoiceField(choices=[(action.value, action.label) for action in DATE_ACTIONS], coerce=Action)
    vu = forms.CharField(max_length=40)
    motif = forms.CharField(max_length=300, required=False)


class AgendaForm(forms.Form):
    """The agenda's address, read leniently: what makes no sense is left out."""

    vue = forms.ChoiceField(choices=[("semaine", "Semaine"), ("mois", "Mois")], required=False)
    debut = forms.DateField(required=False)
    siret = forms.ChoiceField(label="Établissement", required=False)
    cabinet = forms.ChoiceField(label="Cabinet", required=False)
    objet = forms.ChoiceField(label="Objet", required=False, choices=[("", "Tous"), *DateKind.choices])

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        """Only the actor's own sites and their cabinets are offered."""
        super().__init__(*args, **kwargs)
        self.sites = {site.siret: site.pk for site in actor.sites}
        self.cabinets = {cabinet.code: cabinet.pk for cabinet in actor.cabinets}
        sites: Any = self.fields["siret"]
        sites.choices = [("", "Tous"), *((site.siret, site.name or site.siret) for site in actor.sites)]
        cabinets: Any = self.fields["cabinet"]
        cabinets.choices = [("", "Tous"), *((c.code, c.name) for c in sorted(actor.cabinets, key=lambda c: c.name))]

    def start(self) -> date:
        """A day of the week or month shown, within what a calendar can count."""
        typed: date | None = self.cleaned_data.get("debut")
        return typed if typed and 2000 <= typed.year < 2100 else timezone.localdate()

    def narrow(self, rows: AppointmentQuerySet) -> AppointmentQuerySet:
        """Keep what the filters ask for."""
        typed = self.cleaned_data
        wanted = {
            "establishment": self.sites.get(typed.get("siret", "")),
            "cabinet": self.cabinets.get(typed.get("cabinet", "")),
            "kind": typed.get("objet") or None,
        }
        return rows.filter(**{name: value for name, value in wanted.items() if value is not None})

    def narrow_memos(self, rows: MemoQuerySet) -> MemoQuerySet:
        """The same of reminders, which are of no kind of date."""
        typed = self.cleaned_data
        site, cabinet = self.sites.get(typed.get("siret", "")), self.cabinets.get(typed.get("cabinet", ""))
        wanted = {"establishment": site, "cabinet": cabinet}
        found = rows.filter(**{name: value for name, value in wanted.items() if value is not None})
        return found.none() if typed.get("objet") else found

    def shown(self) -> list[Any]:
        """The filters worth drawing: a list of one choice is none."""
        fields = {"siret": len(self.sites), "cabinet": len(self.cabinets), "objet": len(DateKind)}
        return [self[name] for name, choices in fields.items() if choices > 1]
