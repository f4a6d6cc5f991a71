"""Who is told of cars that were not seen, or not collected, and in what words."""

from typing import Any

from django.db.models import QuerySet

from accounts.menus import Menu
from accounts.models import CabinetMember, User
from claims.models import DossierFacts
from claims.services.assignments import watching
from messaging.links import address
from messaging.telling.persons import active
from messaging.telling.staffing import DECIDERS


def clerks(row: DossierFacts) -> QuerySet[User]:
    """The « conseillers client » (BCA-46, 47); where there is none, whoever answers for the cabinet."""
    everybody = CabinetMember.objects.filter(cabinet=row.cabinet_id, role__in=DECIDERS)
    staff = watching(everybody, Menu.DOSSIERS, site=row.establishment_id, dossier=row.dossier)
    found = staff.filter(role=CabinetMember.Role.CLERK)
    return active((found if found.exists() else staff).values("user"))


def settled(row: DossierFacts) -> str:
    return "" if _told(row) else "c’est réglé depuis"


def _told(row: DossierFacts) -> str:
    said = (("véhicule non vu", row.dossier.unseen_on), ("véhicule non enlevé", row.dossier.uncollected_on))
    return ", ".join(text for text, on in said if on)


def reported(row: DossierFacts, _user: User) -> dict[str, Any]:
    """Neither the car nor the reason: people write names into it."""
    link = f"{address('admin:claims_dossier_change', row.dossier_id)}#vehicule"
    shop = row.dossier.establishment.name if row.dossier.establishment else ""
    return {"what": _told(row), "reference": row.dossier.reference, "shop": shop, "link": link}
