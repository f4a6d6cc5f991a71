"""« Être rappelé »: asked once, called once; until then on the cabinet's list, and late after its hour."""

from datetime import date, datetime, time, timedelta
from enum import StrEnum

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts import journal
from accounts.exceptions import NotAllowed
from accounts.menus import Menu
from accounts.models import CabinetEstablishment, CabinetMember, User
from accounts.scope import Actor, Kind, Right
from claims.calendar import is_working_day
from claims.models import CallBack, Dossier
from claims.services.dossiers import locked

Slot, State, Outcome = CallBack.Slot, CallBack.State, CallBack.Outcome
FARTHEST = timedelta(days=14)
ENDS = {Slot.MORNING: time(12), Slot.AFTERNOON: time(18), Slot.SOON: time(18)}
LAST_CALL = time(16)  # whoever asks « dès que possible » later than this is called by noon of the next working day
OPEN_AT_ONCE = 10  # of one person


class Fact(StrEnum):
    """The journal's names, about the request itself."""

    CALLBACK_ASKED = "callback_asked"
    CALLBACK_TRIED = "callback_tried"
    CALLBACK_DONE = "callback_done"
    CALLBACK_WITHDRAWN = "callback_withdrawn"


def due(wanted_on: date, slot: str, *, now: datetime, postal_code: str = "") -> datetime:
    """By when to call, in Paris; a day nobody works is the next one that is."""
    here, end = timezone.localtime(now), ENDS[Slot(slot)]
    if slot == Slot.SOON and wanted_on == here.date() and here.time() > LAST_CALL:
        wanted_on, end = wanted_on + timedelta(days=1), ENDS[Slot.MORNING]
    while not is_working_day(wanted_on, postal_code):
        wanted_on += timedelta(days=1)
    return datetime.combine(wanted_on, end, timezone.get_default_timezone())


@transaction.atomic
def ask(
    *,
    actor: Actor,
    name: str,
    phone: str,
    topic: str,
    wanted_on: date,
    slot: str = "",
    note: str = "",
    dossier: Dossier | None = None,
    cabinet_id: int | None = None,
    establishment_id: int | None = None,
) -> tuple[CallBack, bool]:
    """The request, and whether it is new: a second one about the same thing is the first, while it is open.

    Without a dossier, `cabinet_id` and `establishment_id` say who calls whom. The lock upon the person puts two clicks
    in a row. Raises `ValidationError` for a day too far, or too many open requests.
    """
    site, cabinet = (dossier.establishment_id, dossier.cabinet_id) if dossier else (establishment_id, cabinet_id)
    if actor.kind != Kind.REPAIRER or not actor.may(Right.VIEW, site) or cabinet not in actor.cabinet_ids:
        raise NotAllowed("Votre profil ne permet pas de demander un rappel pour cet établissement.")
    if dossier is None and not _are_partners(cabinet, site, actor):
        raise NotAllowed("Ce cabinet ne travaille pas avec cet établissement.")
    user = User.objects.select_for_update(of=("self",)).get(pk=actor.user_id or 0)
    mine = CallBack.objects.open().filter(user=user)
    known = mine.filter(cabinet=cabinet, dossier=dossier).first()
    if known is not None:
        return known, False
    if mine.count() >= OPEN_AT_ONCE:
        raise ValidationError(f"{OPEN_AT_ONCE} rappels vous sont déjà dus : attendez-en un, ou annulez-en un.")
    _check_day(wanted_on, slot)
    postal_code = dossier.establishment.postal_code if dossier and dossier.establishment else ""
    row = CallBack(
        user=user,
        cabinet_id=cabinet or 0,
        establishment_id=site,
        dossier=dossier,
        name=name,
        phone=phone,
        topic=topic,
        note=note,
        wanted_on=wanted_on,
        slot=slot,
        due_at=due(wanted_on, slot, now=timezone.now(), postal_code=postal_code),
    )
    row.assignee_id = _assignee(row, dossier)
    row.save(force_insert=True)
    journal.record(row, Fact.CALLBACK_ASKED, actor=actor)
    return row, True


def _are_partners(cabinet_id: int | None, establishment_id: int | None, actor: Actor) -> bool:
    rows = CabinetEstablishment.objects.visible_to(actor).filter(suspended_at=None)
    return rows.filter(cabinet=cabinet_id, establishment=establishment_id).exists()


def _check_day(wanted_on: date, slot: str) -> None:
    now = timezone.localtime()
    if not now.date() <= wanted_on <= now.date() + FARTHEST:
        raise ValidationError({"wanted_on": "Choisissez un jour d’ici deux semaines."})
    if wanted_on == now.date() and now.time() >= ENDS[Slot(slot)] and slot != Slot.SOON:
        raise ValidationError({"slot": "Ce moment est passé : choisissez-en un autre, ou demain."})


def _assignee(row: CallBack, dossier: Dossier | None) -> int | None:
    """The expert of the dossier, about the expertise; everything else is whoever's of the role takes it."""
    return dossier.expert_id if dossier is not None and row.role == CabinetMember.Role.EXPERT else None


def _held(row: CallBack) -> CallBack:
    """The request, locked, while it is open."""
    if row.dossier_id is not None and row.dossier is not None:
        locked(row.dossier)
    found = CallBack.objects.select_for_update(of=("self",)).get(pk=row.pk)
    if not found.is_open:
        who = f" par {found.closed_by}" if found.closed_by else ""
        raise NotAllowed(f"Déjà {found.get_state_display()}{who} : rien n’a été changé.")
    return found


@transaction.atomic
def note_call(row: CallBack, *, outcome: str, answer: str = "", actor: Actor) -> CallBack:
    """Somebody of the cabinet has called: done, or tried in vain; once done the number is forgotten."""
    actor.require(Menu.REQUESTS)
    if actor.kind == Kind.REPAIRER:
        raise NotAllowed("C’est le cabinet qui note l’appel.")
    row = _held(row)
    row.tries, row.tried_at = row.tries + 1, timezone.now()
    row.outcome, row.answer = Outcome(outcome), " ".join(answer.split())[:300]
    if row.outcome != Outcome.NO_ANSWER:
        _close(row, State.DONE, actor)
    row.save()
    fact = Fact.CALLBACK_TRIED if row.is_open else Fact.CALLBACK_DONE
    journal.record(row, fact, actor=actor, outcome=row.outcome)
    return row


@transaction.atomic
def withdraw(row: CallBack, *, actor: Actor) -> CallBack:
    """Whoever asked needs it no longer."""
    if row.user_id != actor.user_id:
        raise NotAllowed("Seule la personne qui a demandé ce rappel peut l’annuler.")
    row = _held(row)
    _close(row, State.WITHDRAWN, actor)
    row.save()
    journal.record(row, Fact.CALLBACK_WITHDRAWN, actor=actor)
    return row


def _close(row: CallBack, state: str, actor: Actor) -> None:
    row.state, row.phone = state, ""
    row.closed_at, row.closed_by = timezone.now(), actor.label
