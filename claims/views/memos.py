"""Personal reminders: written on a dossier, by the shop's people and by staff; done or put off from the agenda."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from accounts.exceptions import NotAllowed
from accounts.http import ActorRequest
from accounts.menus import Menu
from accounts.scope import Kind, Right
from claims.forms.callbacks import MemoForm, PostponeForm
from claims.models import Dossier, Memo
from claims.models.memos import SIDES
from claims.services import memos

SHOWN = 20


def _dossier_or_404(request: ActorRequest, pk: int) -> Dossier:
    """For both sides: the shop's people who may look at it, and staff who may look at dossiers."""
    actor = request.actor.where(Right.VIEW)
    rows = Dossier.objects.visible_to(actor) if actor.kind in SIDES else Dossier.objects.none()
    found = get_object_or_404(rows.select_related("cabinet", "establishment"), pk=pk)
    actor.require(Menu.DOSSIERS)
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def dossier_memos(request: ActorRequest, pk: int) -> HttpResponse:
    """One's reminders about a dossier, those colleagues share, and the form of a new one."""
    subject = _dossier_or_404(request, pk)
    form = MemoForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            memos.keep(subject, actor=request.actor, **form.cleaned_data)
        except (ValidationError, NotAllowed) as refusal:
            form.add_error(None, refusal if isinstance(refusal, ValidationError) else str(refusal))
        else:
            messages.success(request, "C’est noté : vous le retrouvez dans l’agenda.")
            return redirect("dossier_memos", subject.pk)
    rows = Memo.objects.visible_to(request.actor).filter(dossier=subject).select_related("user")
    context: dict[str, Any] = {
        "dossier": subject,
        "dossier_url": _page_of(request, subject),
        "form": form,
        "memos": list(rows.to_do().in_order()[:SHOWN]),
        "done": list(rows.exclude(done_at=None).order_by("-done_at")[:SHOWN]),
        "me": request.actor.user_id,
        "postpone": PostponeForm(),
    }
    return render(request, "claims/memos.html", context)


def _page_of(request: ActorRequest, subject: Dossier) -> str:
    if request.actor.kind == Kind.REPAIRER:
        return subject.get_absolute_url()
    return reverse("admin:claims_dossier_change", args=[subject.pk])


@require_POST
def memo_act(request: ActorRequest, pk: int) -> HttpResponse:
    """« Fait », « Reporter », « Retirer »; and back to where one was."""
    actor = request.actor.where(Right.VIEW)
    memo = get_object_or_404(Memo.objects.visible_to(actor), pk=pk)
    try:
        messages.success(request, _act(request, memo))
    except (ValidationError, NotAllowed) as refusal:
        said = " ".join(refusal.messages) if isinstance(refusal, ValidationError) else str(refusal)
        messages.error(request, said)
    back = request.POST.get("suite", "")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts=None, require_https=request.is_secure())
    return redirect(back if safe and back.startswith("/") else reverse("dossier_memos", args=[memo.dossier_id]))


def _act(request: ActorRequest, memo: Memo) -> str:
    verb = request.POST.get("acte", "")
    if verb == "fait":
        memos.finish(memo, actor=request.actor, by=str(request.user))
        return "C’est fait."
    if verb == "retirer":
        memos.drop(memo, actor=request.actor)
        return "Le rappel est retiré."
    form = PostponeForm(request.POST)
    if not form.is_valid():
        raise ValidationError([text for found in form.errors.values() for text in found])
    memos.postpone(memo, actor=request.actor, **form.cleaned_data)
    return f"Reporté au {memo_day(form)}."


def memo_day(form: PostponeForm) -> str:
    return f"{form.cleaned_data['on']:%d/%m/%Y}"
