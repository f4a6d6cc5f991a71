"""« Être rappelé »: from a dossier, or from the help; with one's own requests and what came of them."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.exceptions import NotAllowed
from accounts.http import ActorRequest
from accounts.scope import Kind
from accounts.validators import display_mobile
from claims.forms.callbacks import CallBackForm
from claims.models import CallBack, Dossier
from claims.models.contacts import TOPIC_OF_STATE
from claims.services import callbacks
from claims.views.dossiers import dossier_or_404
from claims.workflow import State

SHOWN = 10


@require_http_methods(["GET", "HEAD", "POST"])
def callback(request: ActorRequest) -> HttpResponse:
    """About no dossier: one says which cabinet."""
    if request.actor.kind != Kind.REPAIRER:
        return redirect("help")
    return _page(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
def dossier_callback(request: ActorRequest, cabinet: str, reference: str) -> HttpResponse:
    return _page(request, dossier_or_404(request, cabinet, reference))


def _page(request: ActorRequest, subject: Dossier | None) -> HttpResponse:
    posted = request.POST if request.method == "POST" else None
    form = CallBackForm(posted, actor=request.actor, with_partner=subject is None, initial=_known(request, subject))
    if form.is_valid():
        try:
            _row, is_new = callbacks.ask(actor=request.actor, dossier=subject, **form.request())
        except (ValidationError, NotAllowed) as refusal:
            form.add_error(None, refusal if isinstance(refusal, ValidationError) else str(refusal))
        else:
            _say(request, is_new=is_new)
            return redirect(request.path)
    rows = CallBack.objects.visible_to(request.actor).select_related("cabinet", "dossier__cabinet")
    if subject is not None:
        rows = rows.filter(dossier=subject)
    context: dict[str, Any] = {"form": form, "dossier": subject, "asked": list(rows.order_by("-pk")[:SHOWN])}
    return render(request, "claims/callback.html", context)


def _known(request: ActorRequest, subject: Dossier | None) -> dict[str, Any]:
    """What the portal knows already of who asks, and of what."""
    topic = TOPIC_OF_STATE[State(subject.state)] if subject else None
    user = request.user
    said = {"name": user.full_name, "phone": display_mobile(user.mobile)} if user.is_authenticated else {}
    return {**said, **({"topic": topic} if topic else {})}


def _say(request: ActorRequest, *, is_new: bool) -> None:
    if is_new:
        messages.success(request, "C’est demandé : le cabinet vous rappelle. Vous suivez votre demande ici.")
    else:
        messages.info(request, "Vous avez déjà demandé à être rappelé : cette demande est toujours là, ci-dessous.")


@require_POST
def callback_withdraw(request: ActorRequest, pk: int) -> HttpResponse:
    """« Je n’ai plus besoin d’être rappelé »."""
    row = get_object_or_404(CallBack.objects.visible_to(request.actor).select_related("dossier__cabinet"), pk=pk)
    try:
        callbacks.withdraw(row, actor=request.actor)
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "La demande est annulée, et votre numéro effacé.")
    dossier = row.dossier
    return redirect(
        reverse("dossier_callback", args=[dossier.cabinet.code, dossier.reference]) if dossier else "callback"
    )
