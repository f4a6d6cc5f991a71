"""What may be typed to delegate: profiles, people, dates."""

from datetime import date
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.contrib.auth.password_validation import password_validators_help_text_html, validate_password
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts import services
from accounts.forms.doors import postal_code_field, siret_field
from accounts.models import Cabinet, DelegationProfile, Establishment, User
from accounts.scope import RIGHT_LABELS, Actor, Right
from accounts.validators import clean_siret


class PortalForm(forms.Form):
    """The page holds the `<form>` and its buttons."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False


def profiles_to_give(actor: Actor, organisation_id: int | None = None) -> Any:
    """The profiles this person may give: choices of a form are rows too."""
    profiles = DelegationProfile.objects.visible_to(actor).filter(organisation__in=actor.managed)
    if organisation_id is not None:
        profiles = profiles.filter(organisation=organisation_id)
    allowed = [profile.pk for profile in profiles if profile.may_be_given_by(actor)]
    return DelegationProfile.objects.visible_to(actor).filter(pk__in=allowed).order_by("name", "pk")


class ProfileChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # it takes none when it runs
    """A profile, offered by the form that knows who asks."""

    def __init__(self, **kwargs: Any) -> None:
        errors = {"required": "Choisissez un profil.", "invalid_choice": "Choisissez un profil de la liste."}
        super().__init__(
            queryset=None, label="Profil", empty_label="Choisissez un profil", error_messages=errors, **kwargs
        )


def _day(label: str, **kwargs: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    errors = {"required": "Choisissez une date.", "invalid": "Écrivez une date, par exemple 31/12/2026."}
    return forms.DateField(label=label, widget=widget, error_messages=errors, **kwargs)


class InviteForm(PortalForm):
    """Who is invited, under which profile."""

    email = forms.EmailField(
        label="Adresse e-mail",
        max_length=254,
        error_messages={
            "required": "Écrivez l’adresse e-mail de la personne.",
            "invalid": "Écrivez une adresse complète, par exemple atelier@exemple.fr.",
        },
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    profile = ProfileChoice()
    from_on = _day("À partir du", required=False, help_text="Vide : dès qu’elle accepte.")
    to_on = _day("Jusqu’au", required=False, help_text="Ce jour compris ; vide : sans fin.")

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered: Any = self.fields["profile"]
        offered.queryset = profiles_to_give(actor)

    def clean_to_on(self) -> date | None:
        end: date | None = self.cleaned_data["to_on"]
        start = self.cleaned_data.get("from_on") or timezone.localdate()
        if end is not None and end < start:
            raise ValidationError("La fin ne peut pas précéder le début.")
        return end

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


class GrantForm(PortalForm):
    """A profile and the days it holds for."""

    profile = ProfileChoice()
    from_on = _day("À partir du", initial=timezone.localdate)
    to_on = _day("Jusqu’au", required=False, help_text="Ce jour compris ; vide : sans fin.")

    def __init__(self, *args: Any, actor: Actor, organisation_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered: Any = self.fields["profile"]
        offered.queryset = profiles_to_give(actor, organisation_id)

    def clean(self) -> dict[str, Any]:
        typed = self.cleaned_data
        if typed.get("from_on") and typed.get("to_on") and typed["to_on"] < typed["from_on"]:
            self.add_error("to_on", "La fin ne peut pas précéder le début.")
        return typed


class ProfileForm(PortalForm):
    """Rights × establishments of a profile; only one's own company's establishments are offered."""

    name = forms.CharField(
        label="Nom du profil", max_length=60, error_messages={"required": "Donnez un nom au profil."}
    )
    rights = forms.MultipleChoiceField(
        label="Droits",
        choices=[(right.value, label[0].upper() + label[1:]) for right, label in RIGHT_LABELS.items()],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Cochez au moins un droit."},
    )
    everywhere = forms.BooleanField(
        label="Tous les établissements", required=False, help_text="Y compris ceux que vous ajouterez plus tard."
    )
    establishments: "forms.ModelMultipleChoiceField[Establishment]" = forms.ModelMultipleChoiceField(
        queryset=None,  # the actor's own
        label="Établissements",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "invalid_choice": "Cochez des établissements de la liste.",
        },
    )
    needs_validation = forms.BooleanField(
        label="Validation avant envoi",
        required=False,
        help_text="Ce que la personne envoie attend l’accord d’un responsable.",
    )

    def __init__(self, *args: Any, actor: Actor, organisation_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sites: Any = self.fields["establishments"]
        sites.queryset = (
            Establishment.objects.visible_to(actor.where(Right.PEOPLE))
            .filter(organisation=organisation_id)
            .order_by("siret")
        )
        if organisation_id not in actor.owned:  # who answers for a part may not give the whole
            del self.fields["everywhere"]

    def clean(self) -> dict[str, Any]:
        typed = self.cleaned_data
        if not self.errors and not typed.get("everywhere") and not typed.get("establishments"):
            self.add_error("establishments", "Cochez au moins un établissement.")
        return typed


class EstablishmentForm(PortalForm):
    """An establishment to add, and the cabinet that will confirm it."""

    siret = siret_field()
    postal_code = postal_code_field()
    cabinet: "forms.ModelChoiceField[Cabinet]" = forms.ModelChoiceField(
        queryset=None,  # the service says which
        label="Cabinet qui confirmera",
        empty_label="Choisissez un cabinet",
        error_messages={"required": "Choisissez un cabinet.", "invalid_choice": "Choisissez un cabinet de la liste."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cabinets: Any = self.fields["cabinet"]
        cabinets.queryset = services.open_cabinets()

    def clean_siret(self) -> str:
        return clean_siret(self.cleaned_data["siret"])


class AcceptForm(PortalForm):
    """A name and a password, chosen by the invited person."""

    full_name = forms.CharField(
        label="Votre nom", max_length=120, error_messages={"required": "Écrivez votre nom."},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )  # fmt: skip
    password = forms.CharField(
        label="Mot de passe",
        strip=False,
        max_length=128,
        help_text=password_validators_help_text_html,
        error_messages={"required": "Choisissez un mot de passe d’au moins 12 caractères."},
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def clean(self) -> dict[str, Any]:
        typed = self.cleaned_data
        if "password" in typed:
            try:
                validate_password(typed["password"], User(email=self.email, full_name=typed.get("full_name", "")))
            except ValidationError as problem:
                self.add_error("password", problem)
        return typed
