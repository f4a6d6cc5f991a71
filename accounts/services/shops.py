"""A cabinet closes its dossiers to a shop, and opens them again."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts import journal
from accounts.menus import Menu
from accounts.models import CabinetEstablishment
from accounts.scope import Actor
from accounts.services.events import Event


@transaction.atomic
def suspend_shops(links: Iterable[CabinetEstablishment], *, reason: str, actor: Actor) -> int:
    """Their people no longer see this cabinet's dossiers, from the next request on; the owners are told why."""
    actor.require(Menu.SHOPS)
    reason = reason.strip()
    if not reason:
        raise ValidationError("Écrivez le motif : il est envoyé aux responsables de l’établissement.")
    if len(reason) > 300:
        raise ValidationError("Le motif compte 300 caractères au plus.")
    found = [link for link in _locked(links) if link.suspended_at is None]
    for link in found:
        link.suspended_at, link.suspension_reason = timezone.now(), reason
        link.save(update_fields=["suspended_at", "suspension_reason"])
        journal.record(link, Event.SHOP_SUSPENDED, actor=actor)
    return len(found)


@transaction.atomic
def resume_shops(links: Iterable[CabinetEstablishment], *, actor: Actor) -> int:
    actor.require(Menu.SHOPS)
    found = [link for link in _locked(links) if link.suspended_at is not None]
    for link in found:
        link.suspended_at, link.suspension_reason = None, ""
        link.save(update_fields=["suspended_at", "suspension_reason"])
        journal.record(link, Event.SHOP_RESUMED, actor=actor)
    return len(found)


def _locked(links: Iterable[CabinetEstablishment]) -> list[CabinetEstablishment]:
    """In one order, so that two people suspending several at once wait for each other and never in a ring."""
    rows = CabinetEstablishment.objects.select_for_update(of=("self",)).select_related("establishment", "cabinet")
    return list(rows.filter(pk__in=[link.pk for link in links]).order_by("pk"))
