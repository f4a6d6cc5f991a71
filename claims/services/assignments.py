"""Dossiers entrusted one by one to people who do not see the whole cabinet."""

from collections.abc import Iterable

from django.db import transaction

from accounts import journal
from accounts.exceptions import NotAllowed
from accounts.menus import Menu
from accounts.models import CabinetMember
from accounts.scope import Actor
from accounts.services import Event
from claims.models import AssignedDossier, Dossier


@transaction.atomic
def entrust_dossiers(member: CabinetMember, dossiers: Iterable[Dossier], *, actor: Actor) -> int:
    """Entrust dossiers of the member's own cabinet; how many were not already."""
    actor.require(Menu.STAFF)
    chosen = list(dossiers)
    if any(dossier.cabinet_id != member.cabinet_id for dossier in chosen):
        raise NotAllowed("Un dossier se confie à une personne de son cabinet.")
    before = AssignedDossier.objects.filter(member=member).count()
    AssignedDossier.objects.bulk_create(
        [AssignedDossier(cabinet_id=member.cabinet_id, member=member, dossier=dossier) for dossier in chosen],
        ignore_conflicts=True,
    )
    new = AssignedDossier.objects.filter(member=member).count() - before
    journal.record(member, Event.STAFF_ENTRUSTED, actor=actor, dossiers=new)
    return new


@transaction.atomic
def withdraw_dossiers(member: CabinetMember, dossiers: Iterable[int], *, actor: Actor) -> int:
    """Take dossiers back; being a dossier's expert is changed on the dossier."""
    actor.require(Menu.STAFF)
    gone, _ = AssignedDossier.objects.filter(member=member, dossier__in=list(dossiers)).delete()
    journal.record(member, Event.STAFF_ENTRUSTED, actor=actor, withdrawn=gone)
    return gone
