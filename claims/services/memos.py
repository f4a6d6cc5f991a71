"""Personal reminders: written, moved, done, by whoever sees them; removed by whoever wrote them."""

from datetime import date, time, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts import scope
from accounts.exceptions import NotAllowed
from accounts.scope import Actor, Right, System
from claims.models import Dossier, Memo
from claims.models.appointments import Side
from claims.models.memos import SIDES

FARTHEST = timedelta(days=731)
MOST = 200  # to do at once, of one person


def may_keep(actor: Actor, dossier: Dossier) -> bool:
    return actor.kind in SIDES and (
        SIDES[actor.kind] == Side.CABINET or actor.may(Right.VIEW, dossier.establishment_id)
    )


@transaction.atomic
def keep(dossier: Dossier, *, actor: Actor, **typed: Any) -> Memo:
    """A new reminder; the same one, typed twice in a row, is one."""
    if not may_keep(actor, dossier):
        raise NotAllowed("Votre compte n’a pas de rappels.")
    _check_day(typed["on"])
    mine = Memo.objects.to_do().filter(user=actor.user_id or 0)
    known = mine.filter(dossier=dossier, on=typed["on"], at=typed.get("at"), subject=typed["subject"]).first()
    if known is not None:
        return known
    if mine.count() >= MOST:
        raise ValidationError(f"Vous avez déjà {MOST} rappels à faire : marquez faits ceux qui le sont.")
    row = Memo(dossier=dossier, user_id=actor.user_id or 0, side=SIDES[actor.kind], **typed)
    row.cabinet_id, row.establishment_id = dossier.cabinet_id, dossier.establishment_id
    row.save(force_insert=True)
    return row


def _check_day(on: date) -> None:
    today = timezone.localdate()
    if not today <= on <= today + FARTHEST:
        raise ValidationError({"on": "Choisissez un jour entre aujourd’hui et dans deux ans."})


def _held(memo: Memo) -> Memo:
    found = Memo.objects.select_for_update(of=("self",)).get(pk=memo.pk)
    if found.done_at is not None:
        raise NotAllowed(f"Ce rappel est déjà fait, par {found.done_by} : rien n’a été changé.")
    return found


@transaction.atomic
def finish(memo: Memo, *, actor: Actor, by: str) -> Memo:
    """Done, by its author or by a colleague who sees it; `by` is what colleagues read."""
    memo = _held(memo)
    memo.done_at, memo.done_by = timezone.now(), by[:160]
    _moved(memo)
    return memo


@transaction.atomic
def postpone(memo: Memo, *, on: date, at: time | None, actor: Actor) -> Memo:
    _check_day(on)
    memo = _held(memo)
    memo.on, memo.at = on, at
    _moved(memo)
    return memo


def _moved(memo: Memo) -> None:
    """The event in people's calendars follows."""
    memo.version += 1
    memo.moved_at = timezone.now()
    memo.save()


@transaction.atomic
def drop(memo: Memo, *, actor: Actor) -> None:
    if memo.user_id != actor.user_id:
        raise NotAllowed("Seule la personne qui a écrit ce rappel peut le retirer : marquez-le fait.")
    Memo.objects.filter(pk=memo.pk).delete()


def forget_former(dossier: Dossier) -> None:
    """A dossier that was another shop's by mistake leaves nothing with that shop."""
    with scope.system(System.FOLLOW_UP):
        Memo.objects.filter(dossier=dossier.pk, side=Side.SHOP).delete()
