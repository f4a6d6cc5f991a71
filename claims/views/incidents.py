"""« Signaler »: the shop tells that a car was not seen, or not collected, and that it is settled."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.exceptions import NotAllowed
from accounts.http import ActorRequest
from claims.forms.incidents import incident_form
from claims.models import Dossier
from claims.services import incidents
from claims.views.dossiers import dossier_or_404, frame
from claims.workflow import BEFORE_INVOICE

DONE = {
    "non-vu": "C’est signalé : le cabinet doit donner une nouvelle date.",
    "vu": "C’est noté : le véhicule n’est plus signalé comme non vu.",
    "non-enleve": "C’est signalé : le cabinet doit faire enlever le véhicule.",
    "enleve": "C’est noté : le véhicule est parti.",
}


@require_http_methods(["GET", "HEAD", "POST"])
def dossier_incidents(request: ActorRequest, cabinet: str, reference: str) -> HttpResponse:
    """A form for each thing that may be told now; what is told already, and the button that ends it."""
    subject = dossier_or_404(request, cabinet, reference)
    if not incidents.may_report(request.actor, subject):
        raise NotAllowed(incidents.NOT_ALLOWED)
    act = request.POST.get("acte", "")
    form = incident_form(act, request.POST) if act in DONE else None
    if act in DONE and (form is None or form.is_valid()):
        try:
            _act(request, subject, act, form)
        except ValidationError as refusal:
            _refuse(request, form, refusal)
        except NotAllowed as refusal:
            messages.error(request, str(refusal))
            return redirect("dossier_incidents", subject.cabinet.code, subject.reference)
        else:
            messages.success(request, DONE[act])
            return redirect(subject)
    return render(request, "claims/incidents.html", _page(request, subject, act, form))


def _refuse(request: ActorRequest, form: forms.Form | None, refusal: ValidationError) -> None:
    if form is not None:
        form.add_error(None, refusal)
    else:
        messages.error(request, " ".join(refusal.messages))


def _act(request: ActorRequest, subject: Dossier, act: str, form: forms.Form | None) -> None:
    typed: dict[str, Any] = form.cleaned_data if form else {}
    does: dict[str, Any] = {
        "non-vu": incidents.report_unseen,
        "vu": incidents.note_seen,
        "non-enleve": incidents.report_uncollected,
        "enleve": incidents.note_collected,
    }
    does[act](subject, actor=request.actor, **typed)


def _page(request: ActorRequest, subject: Dossier, act: str, form: forms.Form | None) -> dict[str, Any]:
    shown = {name: incident_form(name) for name in ("non-vu", "non-enleve", "enleve")}
    if act in shown and form is not None:
        shown[act] = form
    return frame(request, subject, "Signaler") | {
        "unseen_form": shown["non-vu"] if subject.state in BEFORE_INVOICE else None,
        "uncollected_form": shown["non-enleve"],
        "collected_form": shown["enleve"],
        "wrong": form is not None and bool(form.errors),
    }
