"""« Complément »: what a shop found once it had begun, and what the expert answered."""

import secrets
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.exceptions import NotAllowed
from accounts.http import ActorRequest
from accounts.models import Draft
from accounts.scope import Right
from claims.forms.supplements import SupplementForm
from claims.models import Dossier, Supplement
from claims.services import supplements
from claims.views import typed
from claims.views.deposits import ARRANGEMENTS, add_files, arrange, listed, own_uploads
from claims.views.dossiers import dossier_or_404, frame
from claims.workflow import Action

PAGE = "supplement"


@require_http_methods(["GET", "HEAD", "POST"])
def dossier_supplement(request: ActorRequest, cabinet: str, reference: str) -> HttpResponse:
    """The requests and their answers for whoever sees the dossier; the form for whoever may ask."""
    subject = dossier_or_404(request, cabinet, reference)
    may_ask = request.actor.may(Right.SUPPLEMENT, subject.establishment_id)
    before = typed.kept(request, subject, PAGE)
    form = SupplementForm(request.POST or None, initial={"cle": secrets.token_hex(16)} | before)
    if request.method == "POST":
        if not may_ask:
            raise NotAllowed(supplements.NOT_ALLOWED)
        try:
            answer = _act(request, subject, form)
        except ValidationError as problem:
            form.add_error(None, problem)
        else:
            if answer is not None:
                return answer
    return render(request, "claims/supplement.html", _page(request, subject, form, may_ask=may_ask))


def _act(request: ActorRequest, subject: Dossier, form: SupplementForm) -> HttpResponse | None:
    """What the pressed button asks; None shows the page with the form's errors."""
    verb, _, which = request.POST.get("acte", "envoyer").partition(":")
    again = redirect("dossier_supplement", subject.cabinet.code, subject.reference)
    if verb != "envoyer":
        typed.keep(request, subject, PAGE)
    if verb == "ajouter":
        add_files(request, subject, for_supplement=True)
    elif verb in ARRANGEMENTS:
        arrange(request, subject, verb, which, for_supplement=True)
    elif not form.is_valid():
        return None
    else:
        _send(request, subject, form)
    return again


def _send(request: ActorRequest, subject: Dossier, form: SupplementForm) -> None:
    wanted = form.cleaned_data
    rows = [row for row in own_uploads(request, subject, for_supplement=True) if not row.is_refused]
    sent = supplements.send(
        subject, rows, comment=wanted["comment"], amount=wanted["amount"], actor=request.actor, key=wanted["cle"]
    )
    typed.forget(request, subject, PAGE)
    if isinstance(sent, Draft):
        messages.info(request, "Transmis à votre responsable : la demande part dès qu’il l’aura validée.")
    else:
        messages.success(request, f"{sent} envoyé : l’expert en est averti, sa réponse arrivera ici.")


def _page(request: ActorRequest, subject: Dossier, form: SupplementForm, *, may_ask: bool) -> dict[str, Any]:
    rows = Supplement.objects.visible_to(request.actor).filter(dossier=subject)
    found = list(rows.select_related("deposit", "pdf").prefetch_related("deposit__documents").order_by("-number"))
    supplements.note_read(subject, actor=request.actor)
    open_now = Action.REQUEST_SUPPLEMENT in subject.actions_for(request.actor)
    return (
        frame(request, subject, "Complément")
        | {"supplements": found, "form": form if may_ask and open_now else None, "open_now": open_now}
        | listed(own_uploads(request, subject, for_supplement=True) if may_ask else [])
    )
