"""Whether a visit may be asked for: on a day the expert comes by, while there is room."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models.expressions import RawSQL
from django.utils import timezone

from accounts import scope
from accounts.models import Cabinet
from accounts.nested import nested, unnested
from accounts.scope import Actor, Kind, System
from claims.calendar import is_open_day
from claims.models import Dossier, Passage, VisitPolicy
from claims.models.appointments import Wish
from claims.models.passages import Slot, closed_days, upcoming

A_LOT = 60  # passages looked through, of the next two months


def policy_of(dossier: Dossier) -> VisitPolicy:
    """The cabinet's terms, or the usual ones."""
    found = VisitPolicy.objects.filter(cabinet=dossier.cabinet_id).first()
    return found or VisitPolicy(cabinet_id=dossier.cabinet_id)


def beside(actor: Actor, today: date) -> dict[str, Any]:
    """Annotations of a dossier that `slots_beside` reads: the rules of its expert's passages, and what is taken."""
    taken = RawSQL("(SELECT jsonb_agg(t) FROM visits_taken(claims_dossier.id, %s) AS t)", [today])
    return {"passage_rules": nested(Passage.objects.visible_to(actor).of_dossiers()), "visits_taken": taken}


def slots_beside(dossier: Dossier, at_most: int) -> list[Slot]:
    """The next passages at the dossier's shop that still have room, tomorrow at the earliest."""
    found = getattr(dossier, "visits_taken", None) or "[]"
    taken = json.loads(found) if isinstance(found, str) else found
    counts = {(date.fromisoformat(row["day"]), row["half"]): row["visits"] for row in taken}
    rules = unnested(Passage, getattr(dossier, "passage_rules", ()))
    return _with_room(upcoming(rules, dossier, timezone.localdate(), A_LOT), counts)[:at_most]


class Offer(NamedTuple):
    """The passages a shop chooses among, and the public holidays between them on which nobody comes by."""

    slots: list[Slot]
    closed: list[date]


def offer_for(dossier: Dossier, *, actor: Actor, at_most: int = 8) -> Offer:
    """The same, for a dossier read without them."""
    rules = list(Passage.objects.visible_to(actor).for_dossier(dossier))
    today = timezone.localdate()
    slots = upcoming(rules, dossier, today, A_LOT)
    slots = _with_room(slots, _taken(dossier) if any(slot.capacity for slot in slots) else {})[:at_most]
    return Offer(slots, closed_days(rules, dossier, today, slots[-1].day) if slots else [])


def slots_for(dossier: Dossier, *, actor: Actor, at_most: int = 8) -> list[Slot]:
    return offer_for(dossier, actor=actor, at_most=at_most).slots


def _with_room(slots: list[Slot], taken: Mapping[tuple[date, str], int]) -> list[Slot]:
    return [slot for slot in slots if slot.capacity is None or taken.get((slot.day, slot.half), 0) < slot.capacity]


def check_passage(dossier: Dossier, wish: Wish, *, actor: Actor) -> None:
    """Raise `ValidationError` when the visit cannot be then. A cabinet knows its own round: only holidays bind it."""
    shop = dossier.establishment
    is_open = is_open_day(wish.starts_on, shop.postal_code if shop else "")
    if is_open and actor.kind != Kind.REPAIRER:
        return
    every = upcoming(Passage.objects.visible_to(actor).for_dossier(dossier), dossier, timezone.localdate(), A_LOT)
    if not is_open and wish.starts_on not in {slot.day for slot in every}:
        raise ValidationError({"starts_on": "C’est un dimanche ou un jour férié : choisissez un autre jour."})
    if actor.kind != Kind.REPAIRER:
        return
    asked = [slot for slot in every if (slot.day, slot.half) == (wish.starts_on, wish.half)]
    if any(slot.capacity for slot in asked):
        with scope.system(System.AGENDA):  # the second of two shops waits here, and counts the first
            Cabinet.objects.select_for_update(of=("self",), no_key=True).get(pk=dossier.cabinet_id)
        if not _with_room(asked, _taken(dossier)):
            raise ValidationError({"starts_on": "Ce passage est complet : choisissez-en un autre."})
    if every and not asked and not policy_of(dossier).other_dates:
        raise ValidationError({"starts_on": "Choisissez un jour de passage de l’expert."})


def _taken(dossier: Dossier) -> dict[tuple[date, str], int]:
    """How many visits of the same expert stand on each day to come, whichever shop they are at."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT day, half, visits FROM visits_taken(%s, %s)", [dossier.pk, timezone.localdate()])
        return {(day, half): visits for day, half, visits in cursor.fetchall()}
