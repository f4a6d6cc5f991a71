"""« Agenda »: the dates of every dossier one may see, by week or month, and the addresses that carry them away."""

import hashlib
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_POST, require_safe

from accounts.browsers import client_address
from accounts.exceptions import NotAllowed
from accounts.http import ActorRequest
from accounts.limits import Limit
from accounts.scope import Actor, Kind, Right
from accounts.validators import number_typed
from claims.calendar import is_holiday
from claims.forms.dates import AgendaForm
from claims.models import AgendaFeed, Appointment, Memo
from claims.services.agenda import Address, read_feed, secret_of, subscribe, unsubscribe
from claims.services.appointments import said
from claims.views.appointments import CHIPS
from claims.workflow import DateKind, DateStatus

READS_OF_SECRET = Limit("agenda", 120, 3600)
MISSES_OF_ADDRESS = Limit("agenda-inconnu", 60, 3600)
CHIPS_OF_STAFF = CHIPS | {
    DateStatus.PROPOSED: ("you", "À valider"),
    DateStatus.OFFERED: ("them", "Au réparateur de répondre"),
}


@dataclass(slots=True)
class Day:
    """One day of the period and what stands on it."""

    on: date
    is_inside: bool = True  # of the month shown
    entries: list[dict[str, Any]] = field(default_factory=list)
    memos: list[Memo] = field(default_factory=list)

    @property
    def is_today(self) -> bool:
        return self.on == timezone.localdate()

    @property
    def is_closed(self) -> bool:
        return is_holiday(self.on)


@require_safe
def agenda(request: ActorRequest) -> HttpResponse:
    """A week or a month of dates, filtered by site, cabinet and kind."""
    if request.actor.kind not in {Kind.REPAIRER, Kind.STAFF, Kind.NETWORK}:
        return redirect("home")
    actor = request.actor.where(Right.VIEW)
    form = AgendaForm(request.GET, actor=actor)
    form.is_valid()
    is_month = form.cleaned_data.get("vue") == "mois"
    start = form.start()
    first, last = _period(start, is_month=is_month)
    rows = form.narrow(Appointment.objects.visible_to(actor).live().between(first, last)).for_agenda()
    context = {
        "form": form,
        "days": _with_memos(_days(list(rows), first, last, start.month if is_month else None, actor), request, form),
        "me": request.actor.user_id,
        "is_month": is_month,
        "start": start,
        "first": first,
        "last": last,
        "feeds": _feeds(request),
        **_links(form, start, is_month=is_month),
    }
    return render(request, "claims/agenda.html", context)


def _period(start: date, *, is_month: bool) -> tuple[date, date]:
    """Whole weeks, Monday to Sunday."""
    if not is_month:
        monday = start - timedelta(days=start.weekday())
        return monday, monday + timedelta(days=6)
    first = start.replace(day=1)
    end = _next_month(first) - timedelta(days=1)
    return first - timedelta(days=first.weekday()), end + timedelta(days=6 - end.weekday())


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def _days(rows: list[Appointment], first: date, last: date, month: int | None, actor: Actor) -> list[Day]:
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    found = {day: Day(day, month is None or day.month == month) for day in days}
    for row in rows:
        for day in {row.starts_on, row.ends_on or row.starts_on} & found.keys():
            found[day].entries.append(_entry(row, day, actor))
    return list(found.values())


def _with_memos(days: list[Day], request: ActorRequest, form: AgendaForm) -> list[Day]:
    """One's reminders among them; those that are late stand on today, lest they be forgotten."""
    today, found = timezone.localdate(), {day.on: day for day in days}
    first = min(found) if today not in found else date.min
    rows = Memo.objects.visible_to(request.actor.where(Right.VIEW)).to_do().between(first, max(found))
    for memo in form.narrow_memos(rows).select_related("dossier__cabinet", "user").in_order():
        is_forgotten = memo.on < today and today in found
        found[today if is_forgotten else memo.on].memos.append(memo)
    return days


def _entry(row: Appointment, day: date, actor: Actor) -> dict[str, Any]:
    chips = CHIPS if actor.kind == Kind.REPAIRER else CHIPS_OF_STAFF
    ends = row.ends_on is not None and day == row.ends_on
    return {
        "row": row,
        "kind": DateKind(row.kind).label + (" : fin" if ends else ""),
        "text": said(row.wish),
        "chip": chips[DateStatus(row.status)],
        "url": _page_of(actor)(row),
    }


def _page_of(actor: Actor) -> Address:
    """Where an appointment is answered, or a reminder done, for this person."""

    def page(row: Appointment | Memo) -> str:
        if isinstance(row, Memo):
            return reverse("dossier_memos", args=[row.dossier_id])
        if actor.kind == Kind.REPAIRER:
            return reverse("dossier_expertise", args=[row.cabinet.code, row.dossier.reference])
        return f"{reverse('admin:claims_dossier_change', args=[row.dossier_id])}#dates"

    return page


def _links(form: AgendaForm, start: date, *, is_month: bool) -> dict[str, str]:
    kept = {name: form.data[name] for name in ("cabinet", "siret", "objet") if form.data.get(name)}
    view = "mois" if is_month else "semaine"

    def to(day: date | None, shown: str = view) -> str:
        query = {"vue": shown, **({"debut": day.isoformat()} if day else {}), **kept}
        return f"{reverse('agenda')}?{urlencode(query)}"

    before = (start.replace(day=1) - timedelta(days=1)).replace(day=1) if is_month else start - timedelta(days=7)
    after = _next_month(start) if is_month else start + timedelta(days=7)
    return {
        "previous_url": to(before),
        "next_url": to(after),
        "today_url": to(None),
        "week_url": to(start, "semaine"),
        "month_url": to(start, "mois"),
    }


def _feeds(request: ActorRequest) -> list[dict[str, Any]]:
    """The person's subscriptions: for everything, and for each site when there are several."""
    if request.actor.kind == Kind.NETWORK:
        return []
    sites = request.actor.where(Right.VIEW).sites
    rows = {feed.establishment_id: feed for feed in AgendaFeed.objects.visible_to(request.actor)}
    everything = "Tous mes rendez-vous" if request.actor.kind == Kind.STAFF or len(sites) != 1 else "Mes rendez-vous"
    places: list[tuple[int | None, str]] = [(None, everything)]
    if len(sites) > 1:
        places += [(site.pk, site.name or site.siret) for site in sites]
    return [
        {"site": pk or "", "label": label, "feed": feed, "address": _address(feed) if feed else ""}
        for pk, label in places
        for feed in [rows.get(pk)]
    ]


def _address(feed: AgendaFeed) -> str:
    return f"{settings.BASE_URL}{reverse('agenda_feed', args=[secret_of(feed)])}"


@require_POST
def agenda_subscription(request: ActorRequest) -> HttpResponse:
    """Make, renew or end one's own address of a calendar."""
    site = number_typed(request.POST.get("site", "")) or None
    try:
        if request.POST.get("acte") == "supprimer":
            unsubscribe(site, actor=request.actor)
            messages.success(request, "L’adresse ne répond plus : retirez-la aussi de votre agenda.")
        else:
            subscribe(site, actor=request.actor)
            messages.success(request, "Voici votre adresse : copiez-la dans votre agenda et gardez-la pour vous.")
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    return redirect(f"{reverse('agenda')}#abonnements")


@login_not_required
@require_safe
def agenda_feed(request: ActorRequest, secret: str) -> HttpResponse:
    """The calendar behind a secret address, for programs: no session, no cookie, nothing said to whoever guesses."""
    who = client_address(request)
    if not READS_OF_SECRET.take(secret) or not MISSES_OF_ADDRESS.take(who):
        return HttpResponse("Trop de lectures : réessayez dans une heure.", "text/plain; charset=utf-8", 429)
    body = read_feed(secret, address=_absolute)
    if body is None:
        raise Http404
    MISSES_OF_ADDRESS.give_back(who)
    answer = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    answer.headers["ETag"] = etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    answer.headers["Cache-Control"] = "private, max-age=300"
    answer.headers["Content-Disposition"] = 'inline; filename="agenda.ics"'
    answer.headers["X-Robots-Tag"] = "noindex"
    return get_conditional_response(request, etag=etag, response=answer) or answer


def _absolute(actor: Actor) -> Address:
    page = _page_of(actor)
    return lambda row: f"{settings.BASE_URL}{page(row)}"
