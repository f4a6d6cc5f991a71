"""What a collaborator under validation does to a date: kept as a draft until somebody who answers decides."""

from datetime import date, time
from typing import Any

from accounts import services as accounts
from accounts.exceptions import NotAllowed
from accounts.models import Draft
from accounts.scope import Actor, Right
from claims.models import Appointment, Dossier
from claims.models.appointments import NO_DATE, Wish
from claims.services.appointments import move_date, said
from claims.workflow import Action, DateKind

ACTION = "appointment"


def submit_date(
    dossier: Dossier,
    kind: DateKind,
    action: Action,
    *,
    actor: Actor,
    seen: str,
    wish: Wish | None = None,
    reason: str = "",
) -> Draft:
    """Keep an act upon a date for validation."""
    current = Appointment.objects.visible_to(actor).current().filter(dossier=dossier, kind=kind).first()
    if seen != (current.token if current else NO_DATE):
        raise NotAllowed("La date a changé entre-temps : regardez-la avant de recommencer.")
    about = wish or (current.wish if current else None)
    what = said(about, kind) if about else kind.label
    return accounts.submit(
        ACTION,
        actor=actor,
        establishment_id=dossier.establishment_id or 0,
        cabinet_id=dossier.cabinet_id,
        summary=f"{action.label} – dossier {dossier.reference} : {what}",
        payload={
            "dossier": dossier.pk,
            "kind": kind.value,
            "action": action.value,
            "seen": seen,
            "reason": reason,
            "wish": _written(wish),
        },
    )


def with_wish(draft: Draft, wish: Wish) -> dict[str, Any]:
    """What the draft holds, with another date: for `amend`."""
    return {**draft.payload, "wish": _written(wish)}


def wish_of(draft: Draft) -> Wish | None:
    typed = draft.payload.get("wish")
    if not typed:
        return None
    until, hour = typed["until"], typed["at"]
    return Wish(
        date.fromisoformat(typed["on"]),
        date.fromisoformat(until) if until else None,
        typed["half"],
        time.fromisoformat(hour) if hour else None,
    )


def _written(wish: Wish | None) -> dict[str, str] | None:
    if wish is None:
        return None
    return {
        "on": wish.starts_on.isoformat(),
        "until": wish.ends_on.isoformat() if wish.ends_on else "",
        "half": str(wish.half),
        "at": wish.at.isoformat() if wish.at else "",
    }


def _act(draft: Draft, actor: Actor) -> None:
    """In the decider's scope: a dossier the company no longer sees is none."""
    held = draft.payload
    dossier = Dossier.objects.visible_to(actor).filter(pk=held["dossier"]).first()
    if dossier is None:
        raise NotAllowed("Ce dossier n’est plus ouvert à votre entreprise : refusez l’envoi.")
    move_date(
        dossier,
        DateKind(held["kind"]),
        Action(held["action"]),
        actor=actor,
        seen=held["seen"],
        wish=wish_of(draft),
        reason=held["reason"],
    )


def register() -> None:
    accounts.register(ACTION, _act, right=Right.DATES)
