"""« Je ne vois pas mon dossier »."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.http import ActorRequest
from accounts.scope import Kind
from claims.forms import MissingForm, TicketForm
from claims.models import MissingDossierRequest
from claims.services.diagnosis import Diagnosis, Finding, diagnose
from claims.services.missing import ask_for_dossier

SHOWN_REQUESTS = 20


@require_http_methods(["GET", "HEAD", "POST"])
def missing_dossier(request: ActorRequest) -> HttpResponse:
    """Say what may be said of the dossier looked for, and take a request to the cabinets."""
    if request.actor.kind != Kind.REPAIRER:
        return redirect("help")
    typed = request.POST if request.method == "POST" else request.GET
    form = MissingForm(typed if "q" in typed else None)
    ticket = TicketForm(request.POST or None, actor=request.actor)
    diagnosis = diagnose(form.cleaned_data["q"], actor=request.actor) if form.is_valid() else None
    offers = diagnosis is not None and diagnosis.finding in {Finding.SIBLING, Finding.NOTHING}
    if diagnosis and offers and ticket.is_valid() and _sent(request, diagnosis, ticket):
        return redirect("missing_dossier")
    context: dict[str, Any] = {
        "form": form,
        "ticket": ticket if offers and request.actor.cabinets else None,
        "diagnosis": diagnosis,
        "requests": _requests(request),
    }
    return render(request, "claims/missing_dossier.html", context)


def _sent(request: ActorRequest, diagnosis: Diagnosis, ticket: TicketForm) -> bool:
    try:
        asked = ask_for_dossier(
            diagnosis,
            cabinet_ids=ticket.cabinet_ids(),
            message=ticket.cleaned_data["message"],
            actor=request.actor,
        )
    except ValidationError as refusal:
        ticket.add_error(None, refusal)
        return False
    if asked:
        messages.success(request, "Votre demande est transmise. Un e-mail vous préviendra de la réponse.")
    else:
        messages.info(request, "Cette demande était déjà transmise : la réponse arrivera ici.")
    return True


def _requests(request: ActorRequest) -> list[MissingDossierRequest]:
    rows = MissingDossierRequest.objects.visible_to(request.actor).select_related("cabinet")
    return list(rows.order_by("-created_at", "-pk")[:SHOWN_REQUESTS])
