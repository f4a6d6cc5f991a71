"""Every thread of every dossier, over all cabinets and sites; and those of one dossier."""

from datetime import UTC, datetime
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.composed import composed
from accounts.http import ActorRequest
from accounts.planned import planned
from accounts.scope import Actor, Kind, Right
from accounts.validators import number_typed
from claims.models.queries import SEARCH_WORDS, search
from claims.views.dossiers import dossier_or_404, frame
from messaging.forms.threads import InboxForm
from messaging.models import Thread
from messaging.models.threads import PAGE_SIZE
from messaging.views.lines import Around, rows_of

SHOWN = 200  # threads of one dossier


@require_safe
def messages(request: ActorRequest) -> HttpResponse:
    """Newest first, by pages that do not shift when something arrives."""
    if request.actor.kind != Kind.REPAIRER:
        return redirect("home")
    actor = request.actor.where(Right.VIEW)
    cabinets = sorted(actor.cabinets, key=lambda cabinet: cabinet.name)
    form = InboxForm(request.GET, cabinets=[(cabinet.code, cabinet.name) for cabinet in cabinets])
    before = _place(request.GET.get("avant", ""))
    found = _found(actor, form.held, before)
    rows, more = found[:PAGE_SIZE], len(found) > PAGE_SIZE
    kept = {name: value for name, value in form.held.items() if value}
    context = {
        "form": form,
        "lines": rows,
        "body": rows_of(rows, Around.of(actor, with_dossier=True)),
        "filtered": bool(kept),
        "several_sites": len(actor.sites) > 1,
        "several_cabinets": len(cabinets) > 1,
        "before": before,
        "newest_url": _address(kept),
        "older_url": _address({**kept, "avant": _said(rows[-1])}) if more else "",
    }
    return render(request, "messaging/inbox.html", context)


def _found(actor: Actor, held: dict[str, str], before: tuple[datetime, int] | None) -> list[Thread]:
    """One page and one row more."""
    if not actor.sites:
        return []
    if not before and not any(held.values()):
        # One plan serves a shop of any size: the newest of each site, by an index in that order.
        with planned():
            return composed(_newest, actor)
    cabinet = next((one.pk for one in actor.cabinets if one.code == held["cabinet"]), None)
    threads = Thread.objects.visible_to(actor)
    words = tuple(held["q"].split()[:SEARCH_WORDS])
    if held["voir"] == "non-lus" and not words:
        rows = threads.unread_by(actor, cabinet_id=cabinet, before=before)
    else:
        rows = threads.inbox(
            actor.establishment_ids,
            cabinet_id=cabinet,
            state=Thread.State.SHOP if held["voir"] == "a-repondre" else "",
            dossiers=search(words) if words else None,
            before=before,
        )
        if held["voir"] == "non-lus":
            rows = rows.filter(pk__in=threads.unread_ids(actor))
    return list(rows.with_unread(actor).for_lines())


def _newest(actor: Actor, _given: None) -> "QuerySet[Thread]":
    return Thread.objects.visible_to(actor).inbox(actor.establishment_ids).with_unread(actor).for_lines()


def _place(typed: str) -> tuple[datetime, int] | None:
    """« 1790000000000000-42 »: the microsecond and the row after which the page begins; None for anything else."""
    at, _, pk = typed.partition("-")
    micros = number_typed(at)
    if not micros or not number_typed(pk) or micros > 10**17:
        return None
    return datetime.fromtimestamp(micros // 10**6, UTC).replace(microsecond=micros % 10**6), number_typed(pk)


def _said(thread: Thread) -> str:
    at = thread.last_message_at
    return f"{int(at.timestamp()) * 10**6 + at.microsecond}-{thread.pk}"


def _address(query: dict[str, str]) -> str:
    return f"{reverse('messages')}?{urlencode(query)}" if query else reverse("messages")


@require_safe
def dossier_messages(request: ActorRequest, cabinet: str, reference: str) -> HttpResponse:
    """The threads of one dossier; `ouvrir` leads to one by its number."""
    subject = dossier_or_404(request, cabinet, reference)
    actor = request.actor.where(Right.VIEW)
    rows = Thread.objects.visible_to(actor).filter(dossier=subject)
    if request.GET.get("ouvrir"):
        return redirect(get_object_or_404(rows, pk=number_typed(request.GET["ouvrir"])))
    found = list(rows.with_unread(actor).for_lines().newest_first()[:SHOWN])
    context = frame(request, subject, "Messages") | {
        "lines": found,
        "body": rows_of(found, Around.of(actor, with_dossier=False)),
        "may_write": request.actor.may(Right.MESSAGES, subject.establishment_id),
    }
    return render(request, "messaging/dossier_threads.html", context)
