"""What the list shows around and in its rows, ready for the template: rendering rows is the product's hot spot."""

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.urls import reverse

from accounts.composed import composed
from accounts.http import ActorRequest
from accounts.planned import planned
from accounts.scope import Actor
from accounts.sheets import CSV_LIMIT, XLSX_LIMIT
from accounts.typography import NARROW
from claims.forms import ListForm
from claims.models import Dossier, DossierTally
from claims.models.queries import PAGE_SIZE, SEARCH_LIMIT, ListRequest, by_tab
from claims.services.shots import offered
from claims.views.columns import DESCENDING_FIRST, Column
from claims.workflow import TAB_LABELS, Tab

LAST_LIST = "liste"  # the cookie that holds the list one came from


def address(request: ActorRequest, **changes: str | int | None) -> str:
    """The list's address with some of its parameters changed; None removes one."""
    query = dict(request.GET.lists()) | {name: [str(value)] for name, value in changes.items() if value is not None}
    asked = urlencode({name: values for name, values in query.items() if changes.get(name, "") is not None}, True)
    return f"{reverse('dossiers')}?{asked}" if asked else reverse("dossiers")


def cleared(request: ActorRequest) -> str:
    """The same tab and order, without words or filters."""
    kept = {name: request.GET[name] for name in ("onglet", "tri") if request.GET.get(name)}
    return f"{reverse('dossiers')}?{urlencode(kept)}" if kept else reverse("dossiers")


def is_filtered(form: ListForm) -> bool:
    return any(form.cleaned_data.get(name) for name in ("q", "cabinet", "siret", "mission_depuis", "mission_jusqua"))


def read(actor: Actor, wanted: ListRequest) -> list[Dossier]:
    """One page and one row more.

    One plan serves a shop of any size for the usual ones: 100 dossiers or 20,000, an index holds them in order.
    """
    if not wanted.is_usual(actor):
        return list(_page(actor, wanted))
    with planned():
        return composed(_page, actor, given=replace(wanted, site_ids=()))


def _page(actor: Actor, wanted: ListRequest) -> "QuerySet[Dossier]":
    """Without sites of its own the request is about all of the actor's."""
    whole = wanted if wanted.site_ids else replace(wanted, site_ids=actor.establishment_ids)
    return Dossier.objects.visible_to(actor).for_list(actor, whole)


def counts_of(actor: Actor, wanted: ListRequest) -> dict[Tab, int]:
    """How many dossiers stand under each tab, at the sites and for the cabinet in sight."""
    with planned():
        if wanted.cabinet_id is None and wanted.site_ids == actor.establishment_ids:
            return by_tab(composed(_sums, actor))
        return by_tab(DossierTally.objects.visible_to(actor).sums(wanted.site_ids, wanted.cabinet_id))


def _sums(actor: Actor, _given: None) -> "QuerySet[DossierTally, Any]":
    return DossierTally.objects.visible_to(actor).sums(actor.establishment_ids, None)


def within(wanted: ListRequest, counts: dict[Tab, int]) -> ListRequest:
    """A page past the end is the last one, where the tallies know the end."""
    if not wanted.counts_by_ledger:
        return wanted
    last = max(1, -(-counts[wanted.tab] // PAGE_SIZE))
    return replace(wanted, page=min(wanted.page, last))


def total_of(wanted: ListRequest, counts: dict[Tab, int], rows: list[Dossier]) -> int:
    """How many rows there are: where the end is in sight they say so, whatever changed since the tallies were read."""
    if len(rows) <= PAGE_SIZE:
        return (wanted.page - 1) * PAGE_SIZE + len(rows)
    total: int = counts[wanted.tab] if wanted.counts_by_ledger else rows[0].total  # type: ignore[attr-defined]
    return total


def counted(wanted: ListRequest, counts: dict[Tab, int], total: int) -> dict[Tab, int]:
    """What is known of each tab; under words or dates, which the tallies do not know, only of the one in sight."""
    return {**(counts if wanted.counts_by_ledger else {}), wanted.tab: total}


def tabs(request: ActorRequest, wanted: ListRequest, counts: dict[Tab, int], total: int) -> list[dict[str, Any]]:
    known = counted(wanted, counts, total)
    return [
        {
            "slug": tab.value,
            "label": TAB_LABELS[tab],
            "count": known.get(tab),
            "url": address(request, onglet=tab.value, page=None),
            "current": tab == wanted.tab,
        }
        for tab in Tab
    ]


def headers(request: ActorRequest, wanted: ListRequest, columns: list[Column]) -> list[dict[str, Any]]:
    """The headers; a click on the column in use turns its order round."""
    used, down = wanted.sort.removeprefix("-"), wanted.sort.startswith("-")
    found = []
    for column in columns:
        descending = not down if column.slug == used else column.slug in DESCENDING_FIRST
        found.append(
            {
                "column": column,
                "sort_url": address(request, tri=f"-{column.slug}" if descending else column.slug, page=None),
                "direction": "" if column.slug != used else "descending" if down else "ascending",
            }
        )
    return found


@dataclass(frozen=True, slots=True)
class Pager:
    """Where one is in the list; `total` is None when a search found more than is kept."""

    number: int
    first: int
    last: int
    total: int
    capped: bool
    previous_url: str
    next_url: str


def pager(request: ActorRequest, wanted: ListRequest, total: int, *, more: bool) -> Pager:
    first = (wanted.page - 1) * PAGE_SIZE
    return Pager(
        number=wanted.page,
        first=min(first + 1, total),
        last=min(first + PAGE_SIZE, total),
        total=total,
        capped=bool(wanted.words) and total >= SEARCH_LIMIT,
        previous_url=address(request, page=wanted.page - 1 if wanted.page > 2 else None) if wanted.page > 1 else "",
        next_url=address(request, page=wanted.page + 1) if more else "",
    )


def exports(request: ActorRequest, total: int) -> list[dict[str, Any]]:
    """What is shown, as a file: the same tab, words, filters, order and columns; every page of it, up to a limit."""
    query = request.GET.copy()
    query.pop("page", None)
    asked = f"?{query.urlencode()}" if query else ""
    return [
        {
            "label": label,
            "url": reverse(name) + asked,
            "limit": f"{limit:,}".replace(",", NARROW) if total > limit else None,
        }
        for label, name, limit in (("Excel", "dossiers_xlsx", XLSX_LIMIT), ("CSV", "dossiers_csv", CSV_LIMIT))
    ]


def back(request: ActorRequest) -> str:
    """The list a form stood on; what it posts is read as a query, never trusted as an address."""
    query = QueryDict(request.POST.get("retour", "")[:1000]).urlencode()
    return f"{reverse('dossiers')}?{query}" if query else reverse("dossiers")


def subnav(dossier: Dossier, current: str, *, sends: bool, photos: bool) -> list[dict[str, Any]]:
    """The sub-pages of a dossier."""
    args = [dossier.cabinet.code, dossier.reference]
    entries = (
        ("Informations", "dossier", None),
        ("Documents", "dossier_documents", dossier.received_count + dossier.sent_count),
        *((("Envoyer", "dossier_send", None),) if sends else ()),
        *((("Photos", "dossier_photos", None),) if current == "Photos" or (photos and offered(dossier)) else ()),
        ("Expertise", "dossier_expertise", None),
        ("Complément", "dossier_supplement", None),
        ("Messages", "dossier_messages", None),
        ("Étapes", "dossier_steps", None),
    )
    return [
        {"label": label, "url": reverse(name, args=args), "count": count, "current": label == current}
        for label, name, count in entries
    ]


def remember(request: ActorRequest, answer: HttpResponse) -> HttpResponse:
    """Keep the list's address in the browser, so that « retour » finds the same tab, page and search."""
    query = request.GET.urlencode()
    if request.COOKIES.get(LAST_LIST, "") != query and len(query) < 1000:
        answer.set_cookie(
            LAST_LIST, query, path=reverse("dossiers"), httponly=True, samesite="Lax", secure=request.is_secure()
        )
    return answer


def last_list(request: ActorRequest) -> str:
    """The list one came from; what a cookie says is read as an address, never trusted as one."""
    query = QueryDict(request.COOKIES.get(LAST_LIST, "")).urlencode()
    return f"{reverse('dossiers')}?{query}" if query else reverse("dossiers")
