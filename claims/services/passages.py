"""Whether a visit may be asked for: on a day the expert comes by, while there is room."""

from datetime import date

from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts import scope
from accounts.models import Cabinet
from accounts.scope import Actor, Kind, System
from claims.calendar import is_open_day
from claims.models import Appointment, Dossier, Passage, VisitPolicy
from claims.models.appointments import Wish
from claims.models.passages import Slot, upcoming

A_LOT = 60  # passages looked through, of the next two months


def policy_of(dossier: Dossier) -> VisitPolicy:
    """The cabinet's terms, or the usual ones."""
    found = VisitPolicy.objects.filter(cabinet=dossier.cabinet_id).first()
    return found or VisitPolicy(cabinet_id=dossier.cabinet_id)


def slots_for(dossier: Dossier, *, actor: Actor, at_most: int = 8) -> list[Slot]:
    """The next passages at the dossier's shop that still have room, tomorrow at the earliest."""
    return _with_room(upcoming(_rules(dossier, actor), dossier, timezone.localdate(), A_LOT), dossier)[:at_most]


def _rules(dossier: Dossier, actor: Actor) -> list[Passage]:
    return list(Passage.objects.visible_to(actor).for_dossier(dossier).order_by("pk"))


def _with_room(slots: list[Slot], dossier: Dossier) -> list[Slot]:
    if not any(slot.capacity for slot in slots):
        return slots
    taken = _taken(dossier, [slot.day for slot in slots])
    return [slot for slot in slots if slot.capacity is None or taken.get((slot.day, slot.half), 0) < slot.capacity]


def check_passage(dossier: Dossier, wish: Wish, *, actor: Actor) -> None:
    """Raise `ValidationError` when the visit cannot be then. A cabinet knows its own round: only holidays bind it."""
    shop = dossier.establishment
    if not is_open_day(wish.starts_on, shop.postal_code if shop else ""):
        raise ValidationError({"starts_on": "C’est un dimanche ou un jour férié : choisissez un autre jour."})
    if actor.kind != Kind.REPAIRER:
        return
    every = upcoming(_rules(dossier, actor), dossier, timezone.localdate(), A_LOT)
    asked = [slot for slot in every if (slot.day, slot.half) == (wish.starts_on, wish.half)]
    if any(slot.capacity for slot in asked):
        with scope.system(System.AGENDA):  # the second of two shops waits here, and counts the first
            Cabinet.objects.select_for_update(of=("self",), no_key=True).get(pk=dossier.cabinet_id)
        if not _with_room(asked, dossier):
            raise ValidationError({"starts_on": "Ce passage est complet : choisissez-en un autre."})
    if every and not asked and not policy_of(dossier).other_dates:
        raise ValidationError({"starts_on": "Choisissez un jour de passage de l’expert."})


def _taken(dossier: Dossier, days: list[date]) -> dict[tuple[date, str], int]:
    """How many visits of the same expert stand on these days, whichever shop they are at: numbers, never rows."""
    with scope.system(System.AGENDA):
        rows = Appointment.objects.current().live().filter(cabinet=dossier.cabinet_id, starts_on__in=days)
        if dossier.expert_id is not None:
            rows = rows.filter(dossier__expert=dossier.expert_id)
        counts: dict[tuple[date, str], int] = {}
        for key in rows.exclude(dossier=dossier.pk).values_list("starts_on", "half"):
            counts[key] = counts.get(key, 0) + 1
    return counts
