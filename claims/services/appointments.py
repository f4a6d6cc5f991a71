"""The dates of a dossier move: one at a time, along the table, and whoever comes second is told."""

from datetime import date, timedelta
from enum import StrEnum

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format

from accounts import journal
from accounts.exceptions import NotAllowed
from accounts.menus import Menu
from accounts.scope import Actor, Kind, Right
from claims import workflow
from claims.models import Appointment, Dossier, DossierFacts
from claims.models.appointments import NO_DATE, HalfDay, Side, Wish
from claims.services.dossiers import locked
from claims.services.incidents import settle_unseen
from claims.services.passages import check_passage
from claims.workflow import DATE_STATES, EXAMS, VISITS, Action, DateKind, DateStatus, State

FARTHEST = timedelta(days=366)
WITH_DATE = frozenset({Action.PROPOSE_DATE, Action.OFFER_DATE})
WITH_REASON = frozenset({Action.REFUSE_DATE, Action.CANCEL_DATE})
AGREEING = frozenset({Action.VALIDATE_DATE, Action.ACCEPT_DATE})
EXPERTISES = (DateKind.FIELD_VISIT, DateKind.REMOTE)


class Fact(StrEnum):
    """What is told to the other side; the dossier's own journal holds the act itself."""

    DATE_FOR_CABINET = "date_for_cabinet"
    DATE_FOR_SHOP = "date_for_shop"


def said(wish: Wish, kind: str = "") -> str:
    """A date in words: « RDV terrain du jeudi 3 décembre 2026, le matin »."""
    text = date_format(wish.starts_on, "l j F Y")
    if wish.ends_on:
        text += f" au {date_format(wish.ends_on, 'l j F Y')}"
    if wish.at:
        text += f" à {wish.at:%H:%M}"
    if wish.half:
        text += f", {HalfDay(wish.half).label}"
    return f"{DateKind(kind).label} du {text}" if kind else text


def offered_kinds(dossier: Dossier) -> list[DateKind]:
    """The dates one may speak of now, in the order of the page."""
    kinds = (kind for kind, states in DATE_STATES.items() if dossier.state in states)
    return [kind for kind in kinds if dossier.ve_procedure or kind not in EXAMS]


def why_not_yet(dossier: Dossier, kind: DateKind) -> str:
    """What must come before, in French; "" when nothing does (BCA-45)."""
    if kind == DateKind.FIELD_VISIT and dossier.state == State.AWAITING_REMOTE and not _remote_sent(dossier):
        return "Envoyez d’abord le dossier d’expertise à distance : l’expert dira s’il doit venir."
    return ""


def _remote_sent(dossier: Dossier) -> bool:
    """Whether the « EAD » left once: the expert then says whether to come; other papers sent say nothing of it."""
    return DossierFacts.objects.filter(dossier=dossier).exclude(remote_sent_at=None).exists()


@transaction.atomic
def move_date(
    dossier: Dossier,
    kind: DateKind,
    action: Action,
    *,
    actor: Actor,
    seen: str,
    wish: Wish | None = None,
    reason: str = "",
) -> Appointment:
    """Propose, offer, validate, accept, refuse, withdraw or cancel; `seen` is the token of what the person looked at.

    The dossier's lock puts two people in a row: the second finds another token, changes nothing and is told what
    happened (`NotAllowed`). Raises `ValidationError` for a date or a reason that cannot be.
    """
    dossier = locked(dossier)
    _check_right(dossier, actor)
    current = Appointment.objects.current().filter(dossier=dossier, kind=kind).first()
    if seen != (current.token if current else NO_DATE):
        raise NotAllowed(overtaken(current))
    dossier.allow(action, actor)
    status = DateStatus(current.status) if current else None
    to = workflow.date_move(action, status, actor.kind)
    if to is None or kind not in offered_kinds(dossier):
        raise NotAllowed(f"« {action.label} » n’est pas possible maintenant. {overtaken(current)}")
    row = _moved(current, dossier, kind, action, wish, reason, actor)
    before, row.status = status, to
    row.save()
    _follow(dossier, row, before, actor)
    _tell(dossier, row, action, actor)
    return row


def overtaken(current: Appointment | None) -> str:
    """Where a date stands, for whoever came too late."""
    if current is None:
        return "Aucune date n’est proposée pour le moment : rien n’a été changé."
    by = Side(current.moved_by).label
    status = DateStatus(current.status).label
    return (
        f"Entre-temps, {by} a agi le premier : la date du {said(current.wish)} est {status}. "
        "Rien n’a été changé ; regardez la date ci-dessous avant de recommencer."
    )


def _check_right(dossier: Dossier, actor: Actor) -> None:
    actor.require(Menu.DATES)
    if actor.kind != Kind.REPAIRER:
        return
    if not actor.may(Right.DATES, dossier.establishment_id):
        raise NotAllowed("Votre profil ne permet pas de fixer les dates de cet établissement.")
    if actor.must_submit(Right.DATES, dossier.establishment_id):
        raise NotAllowed("Ce que vous proposez doit d’abord être validé par un responsable de votre entreprise.")


def _moved(
    current: Appointment | None,
    dossier: Dossier,
    kind: DateKind,
    action: Action,
    wish: Wish | None,
    reason: str,
    actor: Actor,
) -> Appointment:
    """The row that holds the date from now on, not yet saved."""
    row = current
    if action in WITH_DATE:
        if wish is None:
            raise ValidationError({"starts_on": "Choisissez une date."})
        _check_wish(dossier, kind, wish, actor)
        row = _place(current, dossier, kind)
        row.starts_on, row.ends_on, row.half, row.at = wish
    if row is None:
        raise NotAllowed(overtaken(current))
    if action in AGREEING and row.starts_on < timezone.localdate():
        raise ValidationError({"starts_on": "Cette date est passée : proposez-en une autre."})
    row.reason = _reason(action, reason)
    row.version += 1
    row.moved_at = timezone.now()
    row.moved_by = Side.SHOP if actor.kind == Kind.REPAIRER else Side.CABINET
    if actor.kind == Kind.REPAIRER:
        row.asker_id = actor.user_id
    return row


def _place(current: Appointment | None, dossier: Dossier, kind: DateKind) -> Appointment:
    """The same row as long as the date is to come; one that was kept stays as it was, behind a new one."""
    if current is not None and current.status == DateStatus.VALIDATED and current.is_past:
        current.is_current = False
        current.save(update_fields=["is_current"])
        current = None
    return current or Appointment(
        dossier=dossier, cabinet_id=dossier.cabinet_id, establishment_id=dossier.establishment_id, kind=kind
    )


def _reason(action: Action, reason: str) -> str:
    reason = " ".join(reason.split())
    if action in WITH_REASON and not reason:
        raise ValidationError({"reason": "Écrivez le motif : l’autre partie le lit."})
    if len(reason) > 300:
        raise ValidationError({"reason": "Écrivez 300 caractères au plus."})
    return reason


def _check_wish(dossier: Dossier, kind: DateKind, wish: Wish, actor: Actor) -> None:
    today = timezone.localdate()
    if not today <= wish.starts_on <= today + FARTHEST:
        raise ValidationError({"starts_on": "Choisissez une date entre aujourd’hui et dans un an."})
    if wish.ends_on and (kind != DateKind.REPAIR or not wish.starts_on <= wish.ends_on <= wish.starts_on + FARTHEST):
        raise ValidationError({"ends_on": "Les travaux finissent le jour de leur début, ou après."})
    if (wish.half or wish.at) and kind not in {*VISITS, DateKind.REMOTE}:
        raise ValidationError({"starts_on": "Cette date est un jour entier."})
    if wait := why_not_yet(dossier, kind) if actor.kind == Kind.REPAIRER else "":
        raise ValidationError(wait)
    if kind in VISITS:
        check_passage(dossier, wish, actor=actor)


def _follow(dossier: Dossier, row: Appointment, before: DateStatus | None, actor: Actor) -> None:
    """The dossier follows its expertise: planned with a firm date, to be planned again without one."""
    if row.kind not in EXPERTISES:
        return
    if row.kind == DateKind.FIELD_VISIT:
        if row.status == DateStatus.VALIDATED:
            settle_unseen(dossier, actor=actor)
            _advance(dossier, Action.PLAN_VISIT, actor)
        elif before == DateStatus.VALIDATED and not _was_kept(row):
            _advance(dossier, Action.CANCEL_VISIT, actor)
    dossier.visit_on = _next_visit(dossier)
    dossier.save(update_fields=["visit_on"])


def _was_kept(row: Appointment) -> bool:
    """Whether the date before took place: then its dossier has moved on, and this one is one more."""
    return row.version == 1


def _advance(dossier: Dossier, action: Action, actor: Actor) -> None:
    if not workflow.moves(action, State(dossier.state), actor.kind):
        return
    before = dossier.state
    dossier.advance(action, actor)
    journal.record(dossier, action, actor=actor, **{"from": before, "to": dossier.state})


def _next_visit(dossier: Dossier) -> date | None:
    """What the column « date de RDV » shows: the expertise agreed on or asked for, the field visit first."""
    rows = Appointment.objects.current().live().filter(dossier=dossier, kind__in=EXPERTISES)
    found = sorted(rows, key=lambda row: (row.kind != DateKind.FIELD_VISIT, row.starts_on))
    return found[0].starts_on if found else None


def _tell(dossier: Dossier, row: Appointment, action: Action, actor: Actor) -> None:
    """One entry for the « étapes », one about the date itself, which is told to the other side."""
    detail = {
        "what": said(row.wish, row.kind),
        "kind": row.kind,
        "on": row.starts_on.isoformat(),
        "until": row.ends_on.isoformat() if row.ends_on else "",
        "status": row.status,
        "version": row.version,
    }
    journal.record(dossier, action, actor=actor, **detail, **({"reason": row.reason} if row.reason else {}))
    fact = Fact.DATE_FOR_CABINET if row.moved_by == Side.SHOP else Fact.DATE_FOR_SHOP
    journal.record(row, fact, actor=actor, act=action, version=row.version)
