"""The list and the page of a dossier."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.composed import composed
from accounts.http import ActorRequest
from accounts.models import JournalEntry
from accounts.planned import planned
from accounts.scope import Actor, Kind, Right
from claims.forms import DisplayForm, ListForm
from claims.models import Document, Dossier, Expectation
from claims.models.documents import REPORTS
from claims.models.expectations import beside
from claims.models.preferences import preferred
from claims.models.queries import PAGE_SIZE, search
from claims.models.requests import requests_beside
from claims.services.dossiers import note_visit
from claims.services.expectations import SIDE, expected_of
from claims.services.preferences import remember_list
from claims.services.uploads import may_send
from claims.views import columns, listing
from claims.views.panels import beside_page, panels
from claims.workflow import STEPS, Tab

More = Callable[[Actor, date], dict[str, Any]]  # annotations only one page needs


def dossier_or_404(request: ActorRequest, cabinet: str, reference: str, more: "More | None" = None) -> Dossier:
    """The dossier this person may see, with what each of its pages shows; absent and foreign are the same 404."""
    actor = request.actor.where(Right.VIEW)
    with planned():
        found = composed(_one, actor, cabinet, reference, timezone.localdate(), given=more)
    if not found:
        raise Http404("Aucun dossier de ce nom.")
    return found[0]


def _one(actor: Actor, cabinet: str, reference: str, today: date, more: "More | None") -> "QuerySet[Dossier]":
    rows = Dossier.objects.visible_to(actor).select_related("cabinet", "establishment", "facts")
    rows = rows.annotate(expected=beside(actor), open_requests=requests_beside(actor))
    rows = rows.filter(cabinet__code=cabinet, reference=reference)
    return rows.annotate(**more(actor, today)) if more else rows


@require_safe
def dossiers(request: ActorRequest) -> HttpResponse:
    """Every dossier of every cabinet, for the establishments of the person signed in."""
    if request.actor.kind != Kind.REPAIRER:
        return redirect("home")
    liked = preferred(request.actor)
    if not request.GET and liked.tab != Tab.ALL:
        return redirect(listing.address(request, onglet=liked.tab))
    actor = request.actor.where(Right.VIEW)
    form = ListForm(request.GET, actor=actor)
    wanted = form.wanted()
    counts = listing.counts_of(actor, wanted)
    wanted = replace(listing.within(wanted, counts), found=search(wanted.words) if wanted.words else ())
    rows = listing.read(actor, wanted) if actor.sites else []
    if not rows and wanted.page > 1:
        return redirect(listing.address(request, page=None))
    if wanted.tab != liked.tab and "onglet" in request.GET:
        remember_list(liked, tab=wanted.tab)
    total = listing.total_of(wanted, counts, rows)
    shown, found = columns.chosen(liked.columns), list(columns.lines(rows[:PAGE_SIZE], actor))
    context = {
        "form": form,
        # What the template keeps from one page to the next is only made when it is missing there.
        "tabs": partial(listing.tabs, request, wanted, counts, total),
        "headers": partial(listing.headers, request, wanted, shown),
        "asked": request.GET.urlencode(),
        "counted": listing.counted(wanted, counts, total),
        "places": ([(s.pk, s.name) for s in actor.sites], [(c.pk, c.name) for c in actor.cabinets]),
        "rows": found,
        "body": columns.rows_of(found, shown),
        "pager": listing.pager(request, wanted, total, more=len(rows) > PAGE_SIZE),
        "filtered": listing.is_filtered(form),
        "clear_url": listing.cleared(request),
        "several_sites": len(actor.sites) > 1,
        "several_cabinets": len(actor.cabinets) > 1,
        "exports": partial(listing.exports, request, total),
        "columns": [column.slug for column in shown],
        "choices": [(column, column in shown) for column in columns.COLUMNS.values()],
        "full_screen": liked.full_screen,
    }
    return listing.remember(request, render(request, "claims/dossier_list.html", context))


@require_POST
def list_display(request: ActorRequest) -> HttpResponse:
    """Keep the columns, or the width, that the person has just chosen; and back to the same list."""
    form = DisplayForm(request.POST, columns=[(column.slug, column.name) for column in columns.COLUMNS.values()])
    if request.actor.kind == Kind.REPAIRER and form.is_valid():
        remember_list(preferred(request.actor), **form.chosen())
    return redirect(listing.back(request))


@require_safe
def dossier(request: ActorRequest, cabinet: str, reference: str) -> HttpResponse:
    """One dossier: who must act, the current report, the parties."""
    subject = dossier_or_404(request, cabinet, reference, beside_page)
    note_visit(subject, user_id=request.user.pk)
    with planned():
        papers = composed(_papers, request.actor, subject.pk)
    context = frame(request, subject, "Informations") | {
        "report": next((paper for paper in papers if paper.kind in REPORTS), None),
        "coverage": next((paper for paper in papers if paper.kind == Document.Kind.COVERAGE), None),
        "show_contact": subject.is_open,
        "back_here": request.path,
        **panels(subject, request.actor),
    }
    return render(request, "claims/dossier.html", context)


def _papers(actor: Actor, dossier: int, _given: None) -> "QuerySet[Document]":
    return Document.objects.visible_to(actor).filter(dossier=dossier).with_reading(actor).in_force().newest_first()


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
    sends = may_send(request.actor, subject)
    return {
        "dossier": subject,
        **banner(expected_of(subject, request.actor), request.actor),
        "back_url": listing.last_list(request),
        "subnav": listing.subnav(
            subject, current, sends=sends, photos=request.actor.may(Right.DEPOSIT, subject.establishment_id)
        ),
        "sends": sends,
    }


def banner(rows: list[Expectation], actor: Actor) -> dict[str, Any]:
    """Whose turn it is, the reader's own first; what the open requests say for themselves is not said twice."""
    today, side = timezone.localdate(), SIDE.get(actor.kind)
    told = [row for row in rows if row.kind != Expectation.About.REQUEST]
    once: dict[tuple[str, str], Expectation] = {}
    for row in told:
        once.setdefault((row.text, row.who), row)  # of several alike, the one that is due first
    turns = [
        {
            "text": row.text,
            "mine": row.who == side,
            "who": row.get_who_display(),
            "due_on": row.due_on,
            "late": row.due_on is not None and row.due_on < today,
        }
        for row in sorted(once.values(), key=lambda row: row.who != side)
    ]
    first = turns[0] if turns else {"mine": False, "due_on": None, "late": False}
    return {"turns": turns, "turn_is_mine": first["mine"], "deadline": first["due_on"], "late": first["late"]}


def step(entry: JournalEntry) -> dict[str, Any]:
    """A line of « étapes »: what happened and in what quality, never a private name."""
    texts = [str(entry.detail[key]) for key in ("document", "what", "reason", "siret") if entry.detail.get(key)]
    return {
        "at": entry.at,
        "label": STEPS.get(entry.event, entry.event),
        "text": " – ".join(texts),
        "by": entry.actor_label,
    }
