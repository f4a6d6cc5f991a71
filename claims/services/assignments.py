"""Dossiers entrusted one by one to people who do not see the whole cabinet."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q, QuerySet

from accounts import journal
from accounts.exceptions import NotAllowed
from accounts.menus import DEFAULT_MENUS, Menu
from accounts.models import AssignedEstablishment, CabinetMember
from accounts.scope import Actor
from accounts.services import Event
from claims.models import AssignedDossier, Dossier


def holding(staff: "QuerySet[CabinetMember]", menu: Menu) -> "QuerySet[CabinetMember]":
    """Of these people, those at work who hold the right."""
    begin_with_it = [role for role, held in DEFAULT_MENUS.items() if menu in held]
    holds = Q(menus=None, role__in=begin_with_it) | Q(menus__contains=[menu.value])
    return staff.filter(holds, left_at=None, suspended_at=None, user__is_active=True)


def watching(
    staff: "QuerySet[CabinetMember]", menu: Menu, *, site: int | None, dossier: Dossier | None = None
) -> "QuerySet[CabinetMember]":
    """Of these people, those who hold the right and see the dossier, or the shop: whom a mail may reach."""
    sees = Q(sees_all=True) | Q(pk__in=AssignedEstablishment.objects.filter(establishment=site).values("member"))
    if dossier is not None:
        given = AssignedDossier.objects.filter(dossier=dossier.pk).values("member")
        sees |= Q(pk__in=given) | Q(pk=dossier.expert_id or 0)
    return holding(staff, menu).filter(sees)


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


def mine(actor: Actor) -> "QuerySet[Dossier]":
    """The dossiers this member of staff is the expert of, or was given by name (ASP-34)."""
    given = AssignedDossier.objects.visible_to(actor).filter(member__user=actor.user_id)
    found = Dossier.objects.visible_to(actor)
    # Two indexed lists put together: an « or » would read every dossier of the cabinet to look for few.
    own = found.filter(expert__in=CabinetMember.objects.filter(user=actor.user_id).values("pk"))
    return found.filter(pk__in=own.order_by().values("pk").union(given.order_by().values("dossier"))).order_by()
