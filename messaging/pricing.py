"""Who is told of rates, and in what words."""

from typing import Any

from django.db.models import QuerySet

from accounts.models import CabinetMember, ShopMember, User
from accounts.validators import display_siret
from messaging.links import address
from tariffs.models import Transmission

READERS = (CabinetMember.Role.MANAGER, CabinetMember.Role.CLERK)


def readers(row: Transmission) -> QuerySet[User]:
    """Whoever of the cabinet sees to what shops send."""
    staff = CabinetMember.objects.filter(cabinet=row.cabinet_id, left_at=None, role__in=READERS)
    return User.objects.filter(pk__in=staff.values("user"), is_active=True)


def sender(row: Transmission) -> QuerySet[User]:
    """Whoever sent the grid, while they still belong to the shop."""
    members = ShopMember.objects.filter(
        user=row.version.sender_id, left_at=None, organisation__establishments=row.establishment_id
    )
    return User.objects.filter(pk__in=members.values("user"), is_active=True)


def acknowledged(row: Transmission) -> str:
    return "la réception est déjà accusée" if row.acknowledged_at else ""


def received(row: Transmission, _user: User) -> dict[str, Any]:
    """No rate stands in a mail: they are the shop's business secret."""
    shop = row.establishment
    return {
        "cabinet": row.cabinet,
        "shop": shop.name or "Un réparateur",
        "siret": display_siret(shop.siret),
        "version": row.version,
        "link": address("admin:tariffs_transmission_change", row.pk),
    }


def confirmed(row: Transmission, _user: User) -> dict[str, Any]:
    return {"cabinet": row.cabinet, "version": row.version, "link": address("tariff", row.version.public_id)}
