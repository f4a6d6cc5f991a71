"""Who may be told of something: people queries shared by the rules of several subjects."""

from typing import Any

from django.db.models import QuerySet

from accounts.models import CabinetEstablishment, Delegation, ShopMember, User
from accounts.scope import Right


def active(ids: QuerySet[Any, Any]) -> QuerySet[User]:
    """The accounts of `ids` that are open."""
    return User.objects.filter(pk__in=ids, is_active=True)


def themself(user_id: int | None) -> QuerySet[User]:
    return User.objects.filter(pk=user_id or 0, is_active=True)


def still_of(user_id: int | None, site_id: int | None) -> QuerySet[User]:
    """The person, while they still belong to the establishment's company."""
    members = ShopMember.objects.filter(user=user_id, left_at=None, organisation__establishments=site_id)
    return active(members.values("user"))


def closed(cabinet_id: int, site_id: int | None) -> bool:
    """Whether the cabinet has suspended the shop's access."""
    links = CabinetEstablishment.objects.filter(cabinet=cabinet_id, establishment=site_id)
    return links.filter(suspended_at__isnull=False).exists()


def whoever_acted(user_id: int | None, right: Right, cabinet_id: int, site_id: int | None) -> QuerySet[User]:
    """The person, while they may still act there; otherwise the company's responsables; nobody of a closed shop."""
    if site_id is None or closed(cabinet_id, site_id):
        return User.objects.none()
    members = ShopMember.objects.filter(left_at=None, organisation__establishments=site_id)
    owners = members.filter(role=ShopMember.Role.OWNER)
    delegates = members.filter(pk__in=Delegation.objects.in_force(right, site_id).values("member"))
    person = (owners | delegates).filter(user=user_id, user__is_active=True)
    return active((person if person.exists() else owners).values("user"))
