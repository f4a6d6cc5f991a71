"""What is typed to be called back, to note the call, and to keep a reminder."""

from typing import Any

from django import forms
from django.utils import timezone

from accounts.models import CabinetEstablishment
from accounts.scope import Actor, Right
from accounts.validators import clean_phone
from claims.models import CallBack, Memo
from claims.models.contacts import Topic


def day(label: str, **more: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "Choisissez le jour.", "invalid": "Écrivez une date, par exemple 31/12/2026."},
        **more,
    )


def text(label: str, most: int, **more: Any) -> forms.CharField:
    messages = {"max_length": f"Écrivez {most} caractères au plus.", "required": f"{label} : écrivez-le."}
    return forms.CharField(label=label, max_length=most, error_messages=messages, **more)


def phone_field(**more: Any) -> forms.CharField:
    attributes = {"type": "tel", "autocomplete": "tel", "inputmode": "tel"}
    label, missing = "Téléphone", "Écrivez le numéro où vous joindre."
    return forms.CharField(
        label=label,
        max_length=30,
        widget=forms.TextInput(attrs=attributes),
        error_messages={"required": missing},
        **more,
    )


class CallBackForm(forms.Form):
    """About a dossier, or, with the choice of who calls whom, about none."""

    qui = forms.ChoiceField(
        label="Cabinet", required=False, error_messages={"required": "Choisissez le cabinet qui doit vous rappeler."}
    )
    name = text("Qui rappeler", 80, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    phone = phone_field(help_text="Lu par le cabinet seul, et effacé dès l’appel.")
    topic = forms.ChoiceField(label="Sujet", choices=Topic.choices)
    wanted_on = day("Jour")
    slot = forms.ChoiceField(label="Moment", choices=CallBack.Slot.choices, required=False)
    note = text(
        "Précision",
        300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Ce que l’on doit savoir.",
    )

    def __init__(self, *args: Any, actor: Actor, with_partner: bool, **kwargs: Any) -> None:
        """`with_partner`: no dossier says which cabinet calls which establishment."""
        super().__init__(*args, **kwargs)
        self.fields["wanted_on"].initial = timezone.localdate
        if not with_partner:
            del self.fields["qui"]
            return
        field: Any = self.fields["qui"]
        field.choices = [("", "Choisissez…"), *partners(actor)]
        field.required = True

    def clean_phone(self) -> str:
        return clean_phone(self.cleaned_data["phone"])

    def request(self) -> dict[str, Any]:
        """What the service takes."""
        typed = dict(self.cleaned_data)
        if "qui" in typed:
            cabinet, _, site = typed.pop("qui").partition("-")
            typed |= {"cabinet_id": int(cabinet), "establishment_id": int(site)}
        return typed


def partners(actor: Actor) -> list[tuple[str, str]]:
    """Each cabinet with each of the person's establishments it works with; of one site the name is not said."""
    sites = {site.pk: site.name for site in actor.where(Right.VIEW).sites}
    cabinets = {cabinet.pk: cabinet.name for cabinet in actor.cabinets}
    links = CabinetEstablishment.objects.visible_to(actor).filter(suspended_at=None, establishment__in=sites)
    pairs = links.order_by("cabinet__name", "establishment__name", "pk").values_list("cabinet", "establishment")
    return [
        (f"{cabinet}-{site}", f"{cabinets[cabinet]} – {sites[site]}" if len(sites) > 1 else cabinets[cabinet])
        for cabinet, site in pairs
        if cabinet in cabinets
    ]


class CallForm(forms.Form):
    """What came of a call."""

    outcome = forms.ChoiceField(
        label="Issue",
        choices=CallBack.Outcome.choices,
        error_messages={"required": "Dites ce qu’a donné l’appel."},
    )
    answer = text("Ce qui a été dit, lu par le réparateur", 300, required=False)


class MemoForm(forms.ModelForm):  # type: ignore[type-arg]
    """A reminder, as its owner types it."""

    phone = phone_field(required=False)

    class Meta:
        model = Memo
        fields = ("on", "at", "subject", "who", "phone", "place", "is_shared")
        widgets = {
            "on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "at": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        }
        error_messages = {
            "on": {"required": "Choisissez le jour.", "invalid": "Écrivez une date, par exemple 31/12/2026."},
            "at": {"invalid": "Écrivez une heure, par exemple 14:30."},
            "subject": {"required": "Écrivez de quoi il s’agit."},
        }

    def clean_phone(self) -> str:
        typed = self.cleaned_data["phone"]
        return clean_phone(typed) if typed else ""


class PostponeForm(forms.Form):
    """Another day for a reminder."""

    on = day("Jour")
    at = forms.TimeField(
        label="Heure",
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"invalid": "Écrivez une heure, par exemple 14:30."},
    )
