"""Who is told of rates, and in what words."""

from typing import Any

from django.db.models import QuerySet

from accounts.menus import Menu
from accounts.models import CabinetMember, User
from accounts.validators import display_siret
from claims.services.assignments import watching
from messaging.links import address
from messaging.telling.persons import active, still_of
from tariffs.models import Transmission

READERS = (CabinetMember.Role.MANAGER, CabinetMember.Role.CLERK)


def readers(row: Transmission) -> QuerySet[User]:
    """Whoever of the cabinet sees to what shops send."""
    staff = CabinetMember.objects.filter(cabinet=row.cabinet_id, role__in=READERS)
    return active(watching(staff, Menu.TARIFFS, site=row.establishment_id).values("user"))


def sender(row: Transmission) -> QuerySet[User]:
    """Whoever sent the grid, while they still belong to the shop."""
    return still_of(row.version.sender_id, row.establishment_id)


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
