"""The list and the page of a dossier."""

from dataclasses import replace
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.http import ActorRequest
from accounts.models import JournalEntry
from accounts.scope import Kind, Right
from claims import calendar
from claims.forms import ListForm
from claims.models import Document, Dossier, DossierTally
from claims.models.documents import REPORTS
from claims.models.queries import PAGE_SIZE, search
from claims.services.dossiers import note_visit
from claims.views import listing
from claims.workflow import DONE


def dossier_or_404(request: ActorRequest, cabinet: str, reference: str) -> Dossier:
    """The dossier this person may see; absent and foreign are the same 404."""
    actor = request.actor.where(Right.VIEW)
    rows = Dossier.objects.visible_to(actor).select_related("cabinet", "establishment")
    return get_object_or_404(rows, cabinet__code=cabinet, reference=reference)


@require_safe
def dossiers(request: ActorRequest) -> HttpResponse:
    """Every dossier of every cabinet, for the establishments of the person signed in."""
    if request.actor.kind != Kind.REPAIRER:
        return redirect("home")
    actor = request.actor.where(Right.VIEW)
    form = ListForm(request.GET, actor=actor)
    wanted = form.wanted()
    counts = DossierTally.objects.visible_to(actor).by_tab(wanted.site_ids, wanted.cabinet_id)
    wanted = replace(listing.within(wanted, counts), found=search(wanted.words) if wanted.words else ())
    rows = list(Dossier.objects.visible_to(actor).for_list(actor, wanted)) if actor.sites else []
    if not rows and wanted.page > 1:
        return redirect(listing.address(request, page=None))
    total = counts[wanted.tab] if wanted.counts_by_ledger else getattr(rows[0], "total", 0) if rows else 0
    context = {
        "form": form,
        "tabs": listing.tabs(request, wanted, counts, total),
        "columns": listing.columns(request, wanted),
        "rows": [listing.row(dossier, actor) for dossier in rows[:PAGE_SIZE]],
        "pager": listing.pager(request, wanted, total, more=len(rows) > PAGE_SIZE),
        "filtered": listing.is_filtered(form),
        "clear_url": listing.cleared(request),
        "several_sites": len(actor.sites) > 1,
        "several_cabinets": len(actor.cabinets) > 1,
    }
    return listing.remember(request, render(request, "claims/dossier_list.html", context))


@require_safe
def dossier(request: ActorRequest, cabinet: str, reference: str) -> HttpResponse:
    """One dossier: who must act, the current report, the parties."""
    subject = dossier_or_404(request, cabinet, reference)
    note_visit(subject, user_id=request.user.pk)
    rows = Document.objects.visible_to(request.actor).filter(dossier=subject).with_reading(request.actor)
    papers = list(rows.in_force().newest_first())
    context = frame(request, subject, "Informations") | {
        "report": next((paper for paper in papers if paper.kind in REPORTS), None),
        "coverage": next((paper for paper in papers if paper.kind == Document.Kind.COVERAGE), None),
        "show_contact": subject.is_open,
        "back_here": request.path,
    }
    return render(request, "claims/dossier.html", context)


@require_safe
def dossier_steps(request: ActorRequest, cabinet: str, reference: str) -> HttpResponse:
    """The dated journal of the dossier, in both orders."""
    subject = dossier_or_404(request, cabinet, reference)
    ascending = request.GET.get("ordre") == "croissant"
    entries = JournalEntry.objects.visible_to(request.actor).filter(
        subject_type=Dossier._meta.label_lower, subject_id=subject.pk
    )
    context = frame(request, subject, "Étapes") | {
        "entries": [step(entry) for entry in entries.order_by("at", "pk")][:: 1 if ascending else -1],
        "ascending": ascending,
        "order_url": "?" if ascending else "?ordre=croissant",
    }
    return render(request, "claims/steps.html", context)


def frame(request: ActorRequest, subject: Dossier, current: str) -> dict[str, Any]:
    """What every page of a dossier shows around its own content."""
    turn, deadline = subject.turn, deadline_of(subject)
    return {
        "dossier": subject,
        "deadline": deadline,
        "late": deadline is not None and deadline < timezone.localdate(),
        "turn_is_mine": turn.who == Kind.REPAIRER and request.actor.kind == Kind.REPAIRER,
        "back_url": listing.last_list(request),
        "subnav": listing.subnav(subject, current),
    }


def deadline_of(subject: Dossier) -> date | None:
    """When whoever must act is expected to have done it, in working days from the day the state began."""
    days = subject.turn.working_days
    if days is None:
        return None
    place = subject.establishment.postal_code if subject.establishment else ""
    return calendar.add_working_days(timezone.localdate(subject.state_since), days, place)


def step(entry: JournalEntry) -> dict[str, Any]:
    """A line of « étapes »: what happened and in what quality, never a private name."""
    texts = [str(entry.detail[key]) for key in ("document", "what", "reason", "siret") if entry.detail.get(key)]
    return {
        "at": entry.at,
        "label": DONE.get(entry.event, entry.event),
        "text": " – ".join(texts),
        "by": entry.actor_label,
    }
