"""What may be asked of the list."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from accounts.scope import Actor
from accounts.validators import display_siret
from claims.models.missing import key_of
from claims.models.queries import DEFAULT_SORT, SEARCH_WORDS, SORT_KEYS, ListRequest
from claims.workflow import Tab

SHORTEST_KEY = 4  # letters and digits of what is looked for


class ListForm(forms.Form):
    """The list's address, read leniently: what makes no sense is left out, as a shared link must never break."""

    q = forms.CharField(
        label="Rechercher",
        required=False,
        max_length=100,
        widget=forms.TextInput(
            attrs={"type": "search", "placeholder": "Immatriculation, assuré, n° de sinistre…", "autocomplete": "off"}
        ),
    )
    cabinet = forms.ChoiceField(label="Cabinet", required=False)
    siret = forms.ChoiceField(label="Établissement", required=False)
    mission_depuis = forms.DateField(
        label="Mission depuis le", required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    mission_jusqua = forms.DateField(
        label="jusqu'au", required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    onglet = forms.ChoiceField(required=False, choices=[(tab, tab) for tab in Tab], widget=forms.HiddenInput)
    tri = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    page = forms.IntegerField(required=False, min_value=1, max_value=100_000, widget=forms.HiddenInput)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        """The choices are rows too: only the actor's own sites and their cabinets are offered."""
        super().__init__(*args, **kwargs)
        self.actor = actor
        cabinets: Any = self.fields["cabinet"]
        cabinets.choices = [("", "Tous"), *((c.code, c.name) for c in sorted(actor.cabinets, key=lambda c: c.name))]
        sites: Any = self.fields["siret"]
        sites.choices = [("", "Tous"), *((s.siret, f"{s.name} – {display_siret(s.siret)}") for s in actor.sites)]

    def wanted(self) -> ListRequest:
        """The request behind the address."""
        self.is_valid()
        typed = self.cleaned_data
        sort = typed.get("tri") or DEFAULT_SORT
        cabinets = {cabinet.code: cabinet.pk for cabinet in self.actor.cabinets}
        sites = tuple(s.pk for s in self.actor.sites if typed.get("siret") in {s.siret, "", None})
        return ListRequest(
            tab=Tab(typed.get("onglet") or Tab.ALL),
            words=tuple(typed.get("q", "").replace("\x00", "").split()[:SEARCH_WORDS]),
            sort=sort if sort.removeprefix("-") in SORT_KEYS else DEFAULT_SORT,
            page=typed.get("page") or 1,
            cabinet_id=cabinets.get(typed.get("cabinet", "")),
            site_ids=sites,
            mission_from=typed.get("mission_depuis"),
            mission_to=typed.get("mission_jusqua"),
        )


class MissingForm(forms.Form):
    """What somebody looks for in vain."""

    q = forms.CharField(
        label="Immatriculation, n° de sinistre ou référence",
        max_length=40,
        help_text="Un seul, en entier. Les tirets, les espaces et les majuscules ne comptent pas.",
        error_messages={
            "required": "Écrivez l'immatriculation, le n° de sinistre ou la référence du dossier.",
            "max_length": "Écrivez 40 caractères au plus.",
        },
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean_q(self) -> str:
        typed = " ".join(str(self.cleaned_data["q"]).split())
        if len(key_of(typed)) < SHORTEST_KEY:
            raise ValidationError("Écrivez au moins 4 lettres ou chiffres.", code="short")
        return typed


class TicketForm(forms.Form):
    """To whom the request goes: the cabinets that work with the person's sites, all of them unless told otherwise."""

    cabinets = forms.MultipleChoiceField(
        label="Cabinets à interroger",
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "Choisissez au moins un cabinet.",
            "invalid_choice": "Choisissez parmi les cabinets de la liste.",
        },
    )
    message = forms.CharField(
        label="Message au cabinet",
        required=False,
        max_length=1000,
        help_text="Par exemple le véhicule et la date du sinistre.",
        error_messages={"max_length": "Écrivez 1 000 caractères au plus."},
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.codes = {cabinet.code: cabinet.pk for cabinet in actor.cabinets}
        cabinets: Any = self.fields["cabinets"]
        cabinets.choices = [(c.code, c.name) for c in sorted(actor.cabinets, key=lambda c: c.name)]
        cabinets.initial = list(self.codes)

    def cabinet_ids(self) -> list[int]:
        return [self.codes[code] for code in self.cleaned_data["cabinets"]]
