"""What may be asked of the list, and what may be sent."""

import hashlib
import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from accounts.scope import Actor
from accounts.validators import display_siret
from claims.models import Document
from claims.models.documents import SENT_KINDS
from claims.models.plates import key_of
from claims.models.queries import DEFAULT_SORT, SEARCH_WORDS, SORT_KEYS, ListRequest
from claims.services.deposits import right_for
from claims.validators import MAX_FILE_SIZE
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
        label="jusqu’au", required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
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


class DisplayForm(forms.Form):
    """How the list is drawn: its columns, or its width; each has a button of its own on the page."""

    colonnes = forms.MultipleChoiceField(required=False)
    plein_ecran = forms.TypedChoiceField(
        required=False, choices=[("oui", "oui"), ("non", "non")], coerce=lambda typed: typed == "oui", empty_value=None
    )
    defaut = forms.BooleanField(required=False)

    def __init__(self, *args: Any, columns: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered: Any = self.fields["colonnes"]
        offered.choices = columns

    def chosen(self) -> dict[str, Any]:
        """What to keep; no column at all means the usual ones again."""
        typed = self.cleaned_data
        if typed["plein_ecran"] is not None:
            return {"full_screen": typed["plein_ecran"]}
        return {"columns": [] if typed["defaut"] else typed["colonnes"]}


class MissingForm(forms.Form):
    """What somebody looks for in vain."""

    q = forms.CharField(
        label="Immatriculation, n° de sinistre ou référence",
        max_length=40,
        help_text="Un seul, en entier. Les tirets, les espaces et les majuscules ne comptent pas.",
        error_messages={
            "required": "Écrivez l’immatriculation, le n° de sinistre ou la référence du dossier.",
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


KEY = re.compile(r"[0-9a-f]{32}")


class DepositForm(forms.Form):
    """What is sent, and to say what; the files themselves have arrived before."""

    kind = forms.ChoiceField(
        label="Type de document",
        error_messages={"required": "Choisissez le type de document.", "invalid_choice": "Choisissez dans la liste."},
    )
    comment = forms.CharField(
        label="Commentaire pour le cabinet",
        required=False,
        max_length=1000,
        error_messages={"max_length": "Écrivez 1 000 caractères au plus."},
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    cle = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, actor: Actor, establishment_id: int | None, **kwargs: Any) -> None:
        """Only the types this person may send for the establishment are offered."""
        super().__init__(*args, **kwargs)
        kinds: Any = self.fields["kind"]
        may = {kind: actor.may(right_for(kind), establishment_id) for kind in SENT_KINDS}
        kinds.choices = [("", "Choisissez…"), *((kind.value, _offered(kind)) for kind in SENT_KINDS if may[kind])]

    def clean_cle(self) -> str:
        key = str(self.cleaned_data["cle"])
        if not KEY.fullmatch(key):
            raise ValidationError("Rechargez la page, puis recommencez.")
        return key


class AmendDepositForm(DepositForm):
    """What somebody under validation wants to send, before whoever answers lets it go: the files stay as they are."""

    cle = None  # type: ignore[assignment]  # a draft is sent once


def _offered(kind: Document.Kind) -> str:
    return f"{kind.label} (PDF)" if not SENT_KINDS[kind] else f"{kind.label}s" if kind == kind.PHOTO else kind.label


class AnnounceForm(forms.Form):
    """A browser announces a file."""

    nom = forms.CharField(max_length=500, strip=False)
    taille = forms.IntegerField(min_value=0, max_value=2**40)
    cle = forms.CharField(max_length=600, strip=False)
    rang = forms.IntegerField(required=False, min_value=1, max_value=1_000_000)


class VerifyForm(forms.Form):
    """A file to compare with a receipt: itself, or the fingerprint a browser or a command made of it."""

    fichier = forms.FileField(
        label="Fichier à vérifier",
        required=False,
        help_text="Il est comparé, puis oublié : rien n’est gardé.",
    )
    empreinte = forms.CharField(
        label="ou son empreinte SHA-256",
        required=False,
        max_length=80,
        help_text="64 chiffres et lettres de a à f.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def clean_fichier(self) -> Any:
        file = self.cleaned_data.get("fichier")
        if file and file.size > MAX_FILE_SIZE:
            raise ValidationError("Aucun fichier de plus de 25 Mo n’a pu être envoyé.")
        return file

    def clean_empreinte(self) -> str:
        typed = "".join(str(self.cleaned_data["empreinte"]).split()).lower()
        if typed and not re.fullmatch(r"[0-9a-f]{64}", typed):
            raise ValidationError("Une empreinte SHA-256 compte 64 chiffres et lettres de a à f.")
        return typed

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and not cleaned.get("fichier") and not cleaned.get("empreinte"):
            raise ValidationError("Choisissez un fichier, ou écrivez son empreinte.")
        return cleaned

    def fingerprint(self) -> str:
        file = self.cleaned_data.get("fichier")
        if not file:
            return str(self.cleaned_data["empreinte"])
        digest = hashlib.sha256()
        for chunk in file.chunks():
            digest.update(chunk)
        return digest.hexdigest()


class LoanForm(forms.Form):
    """The courtesy car of the repair, and the inspection the shop has read."""

    loan_from = forms.DateField(
        label="Véhicule prêté du", required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    loan_to = forms.DateField(
        label="au",
        required=False,
        help_text="Vide tant que le retour n’est pas fixé.",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    inspection_until = forms.DateField(
        label="Contrôle technique valable jusqu’au",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
