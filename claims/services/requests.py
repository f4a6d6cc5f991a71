"""The cabinet asks for documents, the shop sends them or asks for more time, the cabinet says when it is done."""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Min
from django.utils import timezone

from accounts import journal, scope
from accounts.exceptions import NotAllowed
from accounts.menus import Menu
from accounts.scope import Actor, Kind, Right, System
from claims.calendar import add_working_days
from claims.models import CabinetRules, Document, DocumentRequest, Dossier
from claims.services.dossiers import locked
from claims.workflow import Action, State, Step, menu_of


class Fact(StrEnum):
    """What is told of a request, beside the étapes."""

    DOCUMENTS_ASKED = "documents_asked"


def rules_of(cabinet_id: int) -> CabinetRules:
    """How this cabinet follows its dossiers; a shop acts by them without reading them."""
    with scope.system(System.FOLLOW_UP):
        return CabinetRules.objects.filter(cabinet=cabinet_id).first() or CabinetRules(cabinet_id=cabinet_id)


def default_due(dossier: Dossier) -> date:
    days = rules_of(dossier.cabinet_id).days(State.AWAITING_DOCUMENTS) or 1
    return add_working_days(timezone.localdate(), days, _place(dossier))


def _place(dossier: Dossier) -> str:
    return dossier.establishment.postal_code if dossier.establishment else ""


@transaction.atomic
def request_documents(
    dossier: Dossier, *, kinds: Sequence[str], text: str = "", due_on: date | None = None, actor: Actor
) -> DocumentRequest:
    """Ask the shop; the state follows the table. Raises `ValidationError` for a date that is past."""
    actor.require(menu_of(Action.REQUEST_DOCUMENTS))
    dossier = locked(dossier)
    before = dossier.state
    dossier.advance(Action.REQUEST_DOCUMENTS, actor)
    due_on = due_on or default_due(dossier)
    if due_on < timezone.localdate():
        raise ValidationError("La date limite est déjà passée : choisissez aujourd’hui ou plus tard.")
    request = DocumentRequest(
        dossier=dossier, kinds=list(dict.fromkeys(kinds)), text=text.strip(), asked_by=actor.label, due_on=due_on
    )
    request.extensions_allowed = rules_of(dossier.cabinet_id).extension_times
    request.cabinet_id, request.establishment_id = dossier.cabinet_id, dossier.establishment_id
    request.save(force_insert=True)
    _note(request, Action.REQUEST_DOCUMENTS, actor, **{"from": before, "to": dossier.state, "due_on": str(due_on)})
    journal.record(request, Fact.DOCUMENTS_ASKED, actor=actor)
    return request


@transaction.atomic
def withdraw_request(request: DocumentRequest, *, actor: Actor) -> DocumentRequest:
    """The cabinet needs it no longer: nothing is expected, nobody is reminded."""
    request = _held(request, actor)
    request.withdrawn_at = timezone.now()
    request.save(update_fields=["withdrawn_at"])
    _note(request, Step.REQUEST_WITHDRAWN, actor)
    return request


@transaction.atomic
def finish_request(request: DocumentRequest, *, actor: Actor) -> DocumentRequest:
    """The cabinet has what it asked for; the dossier's state is moved by its own button."""
    request = _held(request, actor)
    request.done_at = timezone.now()
    request.answered_at = request.answered_at or request.done_at
    request.save(update_fields=["done_at", "answered_at"])
    _note(request, Step.REQUEST_DONE, actor)
    return request


@transaction.atomic
def extend_deadline(
    request: DocumentRequest, *, reason: str, actor: Actor, seen: int | None = None
) -> DocumentRequest:
    """More time, as many times as the cabinet's rules allow, whoever asks: the shop at once, or staff for it.

    `seen`: how many times it was extended on the page where one asked; a second click takes no second time.
    """
    actor.require(Menu.ACT)
    if actor.kind == Kind.REPAIRER and not actor.may(Right.DEPOSIT, request.establishment_id):
        raise NotAllowed("Votre profil ne permet pas de répondre à cette demande.")
    request = _held(request, None)
    rules = rules_of(request.cabinet_id)
    if request.answered_at is not None:
        raise NotAllowed("Les documents sont déjà envoyés : il n’y a plus de délai à prolonger.")
    if seen is not None and seen != request.extensions:
        raise NotAllowed(
            f"Ce délai vient d’être prolongé, jusqu’au {request.due_on:%d/%m/%Y} : rien d’autre n’a changé."
        )
    if not request.extensions_left:
        raise NotAllowed(_no_more(request.extensions_allowed))
    if not reason.strip():
        raise ValidationError("Écrivez pourquoi il faut plus de temps : le cabinet et le réparateur le lisent.")
    start = max(request.due_on, timezone.localdate())
    request.due_on = add_working_days(start, rules.extension_days, _place(request.dossier))
    request.extensions += 1
    request.save(update_fields=["due_on", "extensions"])
    _note(request, Step.DEADLINE_EXTENDED, actor, reason=reason.strip(), due_on=str(request.due_on))
    return request


def _no_more(times: int) -> str:
    if not times:
        return "Ce cabinet ne prolonge pas ses délais : appelez-le."
    return f"Le délai a déjà été prolongé {times} fois, le plus que le cabinet accorde : appelez-le."


def note_answers(dossier_id: int, *, actor: Actor) -> None:
    """Mark the requests whose documents were all sent since they were asked, whoever sent them and however.

    A document the cabinet refused was not sent: its request is open to the shop again.
    """
    with scope.system(System.FOLLOW_UP):
        for request in DocumentRequest.objects.filter(dossier=dossier_id).open().order_by("pk"):
            answered_at = _answered_at(request)
            if answered_at == request.answered_at:
                continue
            newly = request.answered_at is None
            request.answered_at = answered_at
            request.save(update_fields=["answered_at"])
            if newly:
                _note(request, Step.REQUEST_ANSWERED, actor)


def _answered_at(request: DocumentRequest) -> datetime | None:
    sent = Document.objects.accepted().filter(
        dossier=request.dossier_id, kind__in=request.kinds, published_at__gte=request.asked_at
    )
    first = dict(sent.values_list("kind").annotate(Min("published_at")).order_by())
    return max(first.values()) if set(first) >= set(request.kinds) else None


def _held(request: DocumentRequest, staff: Actor | None) -> DocumentRequest:
    """The row as it stands now, the dossier's first, still open; `staff`: who must be of the cabinet."""
    if staff is not None:
        staff.require(Menu.ACT)
    if staff is not None and staff.kind not in {Kind.STAFF, Kind.NETWORK}:
        raise NotAllowed("Seul le cabinet décide de ses demandes.")
    locked(request.dossier)
    rows = DocumentRequest.objects.select_for_update(of=("self",)).select_related("dossier__establishment")
    request = rows.get(pk=request.pk)
    if not request.is_open:
        raise NotAllowed("Cette demande est close : rien n’a été changé.")
    return request


def _note(request: DocumentRequest, event: str, actor: Actor, **detail: str) -> None:
    journal.record(request.dossier, event, actor=actor, document=request.label, request=request.pk, **detail)
