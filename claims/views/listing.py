"""What the list shows around and in its rows, ready for the template: rendering rows is the product's hot spot."""

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, QueryDict
from django.urls import reverse

from accounts.http import ActorRequest
from accounts.scope import Actor, Kind
from accounts.validators import display_siret
from claims.forms import ListForm
from claims.models import Dossier
from claims.models.queries import PAGE_SIZE, SEARCH_LIMIT, ListRequest
from claims.workflow import TAB_LABELS, Tab

COLUMNS: tuple[tuple[str, str, bool], ...] = (  # slug, label, is a number (EG-32)
    ("documents", "Docs", False),
    ("date_sinistre", "Sinistre", False),
    ("date_expertise", "Expertise", False),
    ("reference", "N° de dossier", False),
    ("assure", "Assuré", False),
    ("vehicule", "Véhicule", False),
    ("immatriculation", "Immat.", False),
    ("assurance", "Assurance", False),
    ("dernier_chiffrage", "Chiffrage", True),
    ("siret", "SIRET", False),
    ("cabinet", "Cabinet", False),
    ("etat", "État", False),
)
DESCENDING_FIRST = {"documents", "date_sinistre", "date_expertise", "dernier_chiffrage"}
LAST_LIST = "liste"  # the cookie that holds the list one came from


def address(request: ActorRequest, **changes: str | int | None) -> str:
    """The list's address with some of its parameters changed; None removes one."""
    query: QueryDict = request.GET.copy()
    for name, value in changes.items():
        if value is None:
            query.pop(name, None)
        else:
            query[name] = str(value)
    return f"{reverse('dossiers')}?{query.urlencode()}" if query else reverse("dossiers")


def cleared(request: ActorRequest) -> str:
    """The same tab and order, without words or filters."""
    kept = {name: request.GET[name] for name in ("onglet", "tri") if request.GET.get(name)}
    return f"{reverse('dossiers')}?{urlencode(kept)}" if kept else reverse("dossiers")


def is_filtered(form: ListForm) -> bool:
    return any(form.cleaned_data.get(name) for name in ("q", "cabinet", "siret", "mission_depuis", "mission_jusqua"))


def within(wanted: ListRequest, counts: dict[Tab, int]) -> ListRequest:
    """A page past the end is the last one, where the tallies know the end."""
    if not wanted.counts_by_ledger:
        return wanted
    last = max(1, -(-counts[wanted.tab] // PAGE_SIZE))
    return replace(wanted, page=min(wanted.page, last))


def tabs(request: ActorRequest, wanted: ListRequest, counts: dict[Tab, int], total: int) -> list[dict[str, Any]]:
    """The tabs; under words or dates, which the tallies do not know, only the one in sight says how many it shows."""
    known = counts if wanted.counts_by_ledger else {wanted.tab: total}
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


def columns(request: ActorRequest, wanted: ListRequest) -> list[dict[str, Any]]:
    """The headers; a click on the column in use turns its order round."""
    used, down = wanted.sort.removeprefix("-"), wanted.sort.startswith("-")
    found = []
    for slug, label, number in COLUMNS:
        descending = not down if slug == used else slug in DESCENDING_FIRST
        found.append(
            {
                "slug": slug,
                "label": label,
                "number": number,
                "sort_url": address(request, tri=f"-{slug}" if descending else slug, page=None),
                "direction": "" if slug != used else "descending" if down else "ascending",
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


def row(dossier: Dossier, actor: Actor) -> Dossier:
    """A dossier with what its line shows; names come from the actor, without a join."""
    cabinets = {cabinet.pk: cabinet for cabinet in actor.cabinets}
    cabinet = cabinets[dossier.cabinet_id]
    line: Any = dossier
    line.cabinet_name, line.cabinet_code = cabinet.name, cabinet.code
    line.url = reverse("dossier", args=[cabinet.code, dossier.reference])
    opened = line.opened_at
    last = dossier.last_received_at
    line.is_new = last is not None and (opened is None or opened < last)
    line.siret_display = display_siret(dossier.siret)
    line.chip = chip(dossier)
    return dossier


def chip(dossier: Dossier) -> dict[str, str]:
    """Who must act, in words, from the shop's side."""
    turn = dossier.turn
    if turn.who is None:
        return {"kind": "done", "text": "Terminé"}
    if turn.who == Kind.REPAIRER:
        return {"kind": "you", "text": f"À vous : {SHORT[dossier.state]}"}
    return {"kind": "them", "text": SHORT[dossier.state]}


SHORT = {
    "mission_recue": "Mission reçue",
    "attente_ead": "dossier EAD",
    "attente_rdv": "date de RDV",
    "visite_planifiee": "Visite planifiée",
    "attente_documents": "documents",
    "en_cours": "En cours",
    "attente_facture": "facture",
}


def subnav(dossier: Dossier, current: str) -> list[dict[str, Any]]:
    """The sub-pages of a dossier."""
    args = [dossier.cabinet.code, dossier.reference]
    entries = (
        ("Informations", "dossier", None),
        ("Documents", "dossier_documents", dossier.received_count + dossier.sent_count),
        ("Expertise", "dossier_expertise", None),
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
