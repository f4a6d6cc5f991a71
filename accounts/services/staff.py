"""A cabinet's people: invited, given rights and what they look after, suspended; nobody sets another's password."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts import journal
from accounts.exceptions import NotAllowed
from accounts.menus import Menu
from accounts.models import AssignedEstablishment, CabinetEstablishment, CabinetMember, User
from accounts.scope import Actor, Kind
from accounts.services.addresses import know_address
from accounts.services.events import Event

Role = CabinetMember.Role
MANAGER_ONLY = "Seul un responsable de cabinet, ou le réseau, décide de cela pour un responsable."


def is_free(email: str) -> bool:
    return not User.objects.filter(email=email).exists()


@transaction.atomic
def invite_staff(cabinet_id: int, *, email: str, full_name: str, role: str, actor: Actor) -> CabinetMember:
    """Make somebody's account without a password; the mail leads them to the page where they choose it."""
    _check_may_give(role, actor)
    email = email.strip().lower()
    if not is_free(email):
        raise ValidationError({"email": "Cette adresse sert déjà à un compte : il en faut une autre pour le cabinet."})
    user = User.objects.create_user(email, None, full_name=full_name.strip(), is_staff=True)
    know_address(user)
    member = CabinetMember.objects.create(cabinet_id=cabinet_id, user=user, role=role)
    journal.record(member, Event.STAFF_INVITED, actor=actor, role=role)
    return member


@transaction.atomic
def set_rights(member: CabinetMember, *, role: str, menus: Iterable[Menu], actor: Actor) -> CabinetMember:
    """Give a role and, menu by menu, its rights; nobody gives one they lack. It works on the next request."""
    _check_may_give(role, actor)
    member = _locked(member, actor)
    wanted, held = frozenset(menus), member.held_menus
    if not all(actor.opens(menu) for menu in wanted ^ held) and role != Role.MANAGER:
        raise NotAllowed("Vous ne pouvez donner ni retirer un droit que vous n’avez pas.")
    member.role = role
    member.menus = None if role == Role.MANAGER else sorted(wanted)
    member.sees_all = member.sees_all or role == Role.MANAGER
    member.save(update_fields=["role", "menus", "sees_all"])
    journal.record(member, Event.STAFF_RIGHTS, actor=actor, role=role, menus=sorted(wanted))
    return member


@transaction.atomic
def entrust_sites(
    member: CabinetMember, *, sees_all: bool, establishments: Iterable[int], actor: Actor
) -> CabinetMember:
    """Let somebody see the whole cabinet, or these shops' dossiers and those entrusted one by one."""
    actor.require(Menu.STAFF)
    member = _locked(member, actor)
    if member.role == Role.MANAGER and not sees_all:
        raise NotAllowed("Un responsable de cabinet voit tous les dossiers.")
    links = CabinetEstablishment.objects.filter(cabinet=member.cabinet_id, establishment__in=list(establishments))
    chosen = set(links.values_list("establishment", flat=True))
    rows = AssignedEstablishment.objects.filter(member=member)
    rows.exclude(establishment__in=chosen).delete()
    AssignedEstablishment.objects.bulk_create(
        [
            AssignedEstablishment(cabinet_id=member.cabinet_id, member=member, establishment_id=pk)
            for pk in sorted(chosen)
        ],
        ignore_conflicts=True,
    )
    member.sees_all = sees_all
    member.save(update_fields=["sees_all"])
    journal.record(member, Event.STAFF_ENTRUSTED, actor=actor, everything=sees_all, shops=len(chosen))
    return member


@transaction.atomic
def suspend_staff(member: CabinetMember, *, actor: Actor) -> CabinetMember:
    """Close the door at once: an open session finds nothing on its next request."""
    actor.require(Menu.STAFF)
    if member.user_id == actor.user_id:
        raise NotAllowed("Vous ne pouvez pas suspendre votre propre accès : demandez-le à un autre responsable.")
    member = _locked(member, actor)
    if member.suspended_at is None:
        member.suspended_at = timezone.now()
        member.save(update_fields=["suspended_at"])
        journal.record(member, Event.STAFF_SUSPENDED, actor=actor)
    return member


@transaction.atomic
def resume_staff(member: CabinetMember, *, actor: Actor) -> CabinetMember:
    actor.require(Menu.STAFF)
    member = _locked(member, actor)
    if member.suspended_at is not None:
        member.suspended_at = None
        member.save(update_fields=["suspended_at"])
        journal.record(member, Event.STAFF_RESUMED, actor=actor)
    return member


def _check_may_give(role: str, actor: Actor) -> None:
    actor.require(Menu.STAFF)
    if role == Role.MANAGER and actor.kind != Kind.NETWORK and actor.role != Role.MANAGER:
        raise NotAllowed(MANAGER_ONLY)


def _locked(member: CabinetMember, actor: Actor) -> CabinetMember:
    """The row as it stands now; whoever it is about ends the request under way, then reads what is written.

    `no_key`: a dossier being entrusted to this person at the same moment need not wait.
    """
    member = CabinetMember.objects.select_for_update(of=("self",), no_key=True).get(pk=member.pk)
    if member.role == Role.MANAGER and actor.kind != Kind.NETWORK and actor.role != Role.MANAGER:
        raise NotAllowed(MANAGER_ONLY)
    return member
