"""A car not seen, not collected, examined under repair: on the cabinet's page of the dossier."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest

from accounts.menus import Menu
from accounts.tenantadmin import EVENT_LABELS, actor_of
from claims.admin.forms import said
from claims.admin.workspace import PostedForms
from claims.forms.incidents import incident_form
from claims.models import Dossier
from claims.services import incidents
from claims.workflow import BEFORE_INVOICE

EVENT_LABELS[incidents.Fact.VEHICLE_REPORTED] = "Véhicule signalé par le réparateur"
ACTS: dict[str, tuple[Any, str]] = {
    "non-vu": (incidents.report_unseen, "C’est signalé : le réparateur doit donner une nouvelle date."),
    "vu": (incidents.note_seen, "Le véhicule n’est plus signalé comme non vu."),
    "non-enleve": (incidents.report_uncollected, "C’est signalé : les jours de garde sont comptés."),
    "enleve": (incidents.note_collected, "C’est noté : le véhicule est enlevé."),
    "examen": (incidents.note_exam, "L’examen est noté : le réparateur le voit."),
}


class Incidents(PostedForms):
    """Part of the dossier's page."""

    posts = {"signaler": "incident", "examen": "exam"}
    post_menus = {"incident": Menu.ACT, "exam": Menu.DATES}

    def incidents_of(self, _request: HttpRequest, dossier: Dossier) -> dict[str, Any]:
        return {
            "unseen_form": incident_form("non-vu") if dossier.state in BEFORE_INVOICE else None,
            "uncollected_form": incident_form("non-enleve"),
            "collected_form": incident_form("enleve"),
            "exam_form": incident_form("examen") if dossier.ve_procedure else None,
        }

    def incident(self, request: HttpRequest, dossier: Any) -> tuple[int, str]:
        act = request.POST.get("acte", "")
        return self._done(request, dossier, act if act in ACTS and act != "examen" else "vu")

    def exam(self, request: HttpRequest, dossier: Any) -> tuple[int, str]:
        return self._done(request, dossier, "examen")

    def _done(self, request: HttpRequest, dossier: Any, act: str) -> tuple[int, str]:
        form = incident_form(act, request.POST)
        if form is not None and not form.is_valid():
            return messages.ERROR, said(form)
        does, told = ACTS[act]
        does(dossier, actor=actor_of(request), **(form.cleaned_data if form else {}))
        return messages.SUCCESS, told
