"""From the list of dossiers: several moved along the table at once, and the list as a file."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse

from accounts.adminlists import Column, ExportedList, confirmation, each, is_confirmed, report
from accounts.menus import Menu
from accounts.tenantadmin import actor_of
from claims.admin.forms import BUTTONS
from claims.models import Dossier
from claims.services.dossiers import advance
from claims.templatetags.display import plate
from claims.workflow import Action, State

if TYPE_CHECKING:
    from django.db.models import QuerySet

COLUMNS: list[Column] = [
    ("Référence", lambda row: row.reference),
    ("État", lambda row: str(State(row.state).label)),
    ("N° de sinistre", lambda row: row.claim_number),
    ("Assuré", lambda row: row.insured_name),
    ("Véhicule", lambda row: row.vehicle),
    ("Immatriculation", lambda row: plate(row.plate) if row.plate else ""),
    ("Réparateur", lambda row: row.establishment.name if row.establishment else ""),
    ("SIRET", lambda row: row.siret),
    ("Expert", lambda row: row.expert_email),
    ("Date de mission", lambda row: row.mission_on),
    ("Date de sinistre", lambda row: row.claim_on),
    ("Date d’expertise", lambda row: row.expertise_on),
    ("Assurance", lambda row: row.insurer_name),
    ("Mandant", lambda row: row.principal_name),
    ("Montant HT", lambda row: row.amount_excl_tax),
    ("Dernier chiffrage", lambda row: row.last_estimate),
    ("Procédure VE", lambda row: row.ve_procedure),
]


class MoveForm(forms.Form):
    """Which row of the table; each dossier says for itself whether it may."""

    step = forms.TypedChoiceField(
        label="Action",
        choices=[("", "Choisissez…"), *((action.value, action.label) for action in BUTTONS)],
        coerce=Action,
        error_messages={"required": "Choisissez ce qu’il faut faire de ces dossiers."},
    )


class Moving(ExportedList):
    """Part of the list of dossiers."""

    columns = COLUMNS
    file_name = "dossiers"
    change_list_template = "admin/claims/dossier/change_list.html"

    def has_advance_permission(self, request: HttpRequest) -> bool:
        return actor_of(request).opens(Menu.ACT)

    @admin.action(description="Faire avancer les dossiers choisis", permissions=["advance"])
    def advance_selected(self, request: HttpRequest, queryset: "QuerySet[Dossier]") -> HttpResponse | None:
        """Each along the table, each with its own étape and its own mail; who may not move says why."""
        chosen: list[Any] = list(queryset.order_by("pk"))
        form = MoveForm(request.POST if "confirmed" in request.POST else None)
        if not (is_confirmed(request, chosen) and form.is_valid()):
            return confirmation(self, request, chosen, title="Faire avancer", verb="Faire avancer", form=form)
        action, actor = form.cleaned_data["step"], actor_of(request)
        outcome = each(chosen, lambda dossier: advance(dossier, action, actor=actor))
        report(self, request, outcome, f"« {action.label} », dossiers avancés")
        return None
