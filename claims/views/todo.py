"""« À faire »: what is expected of the shop, over every dossier of every cabinet and site, the latest first."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.exceptions import NotAllowed
from accounts.http import ActorRequest
from accounts.models import Draft
from accounts.scope import Actor, Kind, Right
from claims.forms import ListForm
from claims.models import DocumentRequest, Expectation
from claims.models.expectations import PAGE_SIZE
from claims.models.queries import ListRequest
from claims.services.requests import extend_deadline
from claims.views.dossiers import dossier_or_404
from claims.workflow import State

# The page where each thing is done.
ACTS: dict[str, str] = {
    State.AWAITING_REMOTE: "dossier_photos",
    State.AWAITING_VISIT: "dossier_expertise",
    State.AWAITING_DOCUMENTS: "dossier_send",
    State.AWAITING_INVOICE: "dossier_send",
    Expectation.About.REQUEST: "dossier_send",
    Expectation.About.DATE: "dossier_expertise",
    Expectation.About.UNSEEN: "dossier_expertise",
    Expectation.About.ANSWER: "dossier_supplement",
}


@require_safe
def todo(request: ActorRequest) -> HttpResponse:
    """One page of it; the address keeps cabinet, site and page, read as leniently as the list's."""
    if request.actor.kind != Kind.REPAIRER:
        return redirect("home")
    actor = request.actor.where(Right.VIEW)
    form = ListForm(request.GET, actor=actor)
    wanted, today = form.wanted(), timezone.localdate()
    mine = Expectation.objects.visible_to(actor)
    rows = list(mine.page(actor, wanted.site_ids, wanted.cabinet_id, wanted.page)) if actor.sites else []
    if not rows and wanted.page > 1:
        return redirect(_address(request, page=None))
    context = {
        "form": form,
        "rows": [_line(row, actor, today) for row in rows[:PAGE_SIZE]],
        "pager": _pager(request, wanted.page, more=len(rows) > PAGE_SIZE),
        "drafts": _drafts(request.actor),
        "filtered": bool(wanted.cabinet_id or form.cleaned_data.get("siret")),
        "several_sites": len(actor.sites) > 1,
        "several_cabinets": len(actor.cabinets) > 1,
        **_counts(actor, wanted, today),
    }
    return render(request, "claims/todo.html", context)


def _counts(actor: Actor, wanted: ListRequest, today: date) -> dict[str, int]:
    rows = Expectation.objects.visible_to(actor).of_shops().filter(establishment__in=wanted.site_ids)
    if wanted.cabinet_id is not None:
        rows = rows.filter(cabinet=wanted.cabinet_id)
    return rows.aggregate(total=Count("pk"), late=Count("pk", filter=Q(due_on__lt=today)))


def _drafts(actor: Actor) -> int:
    """What waits for this person's agreement, for those who answer for a company."""
    if not actor.owned:
        return 0
    rows = Draft.objects.visible_to(actor).filter(organisation__in=actor.owned, state=Draft.State.PENDING)
    return rows.count()


def _line(row: Expectation, actor: Actor, today: date) -> dict[str, Any]:
    """What a line shows; names come from the actor, without a join."""
    cabinet = next(cabinet for cabinet in actor.cabinets if cabinet.pk == row.cabinet_id)
    site = next(site for site in actor.sites if site.pk == row.establishment_id)
    return {
        "row": row,
        "dossier": row.dossier,
        "cabinet": cabinet.name,
        "site": site.name,
        "late": row.due_on is not None and row.due_on < today,
        "is_today": row.due_on == today,
        "url": act_url(row, cabinet.code),
    }


def act_url(row: Expectation, code: str) -> str:
    """The page where the thing expected is done."""
    if row.kind == Expectation.About.QUESTION:
        return f"{reverse('dossier_messages', args=[code, row.dossier.reference])}?ouvrir={row.object_id}"
    return reverse(ACTS.get(row.kind, "dossier"), args=[code, row.dossier.reference])


def _pager(request: ActorRequest, page: int, *, more: bool) -> dict[str, str]:
    return {
        "previous_url": _address(request, page=page - 1 if page > 2 else None) if page > 1 else "",
        "next_url": _address(request, page=page + 1) if more else "",
    }


def _address(request: ActorRequest, *, page: int | None) -> str:
    query = request.GET.copy()
    query.pop("page", None)
    if page is not None:
        query["page"] = str(page)
    return f"{reverse('todo')}?{query.urlencode()}" if query else reverse("todo")


@require_POST
def request_extend(request: ActorRequest, cabinet: str, reference: str, pk: int) -> HttpResponse:
    """The shop asks for more time: given at once, as often as the cabinet's rules allow."""
    dossier = dossier_or_404(request, cabinet, reference)
    asked = get_object_or_404(DocumentRequest.objects.visible_to(request.actor).filter(dossier=dossier), pk=pk)
    vu = request.POST.get("vu", "")
    seen = int(vu) if len(vu) == 1 and vu in "0123456789" else None
    try:
        asked = extend_deadline(asked, reason=request.POST.get("reason", "")[:200], actor=request.actor, seen=seen)
    except (NotAllowed, ValidationError) as refusal:
        if isinstance(refusal, NotAllowed) and not request.actor.may(Right.DEPOSIT, asked.establishment_id):
            raise
        text = " ".join(refusal.messages) if isinstance(refusal, ValidationError) else str(refusal)
        messages.error(request, text)
    else:
        messages.success(request, f"Délai prolongé jusqu’au {asked.due_on:%d/%m/%Y} ; le cabinet en est informé.")
    return redirect(dossier)
