"""Who is told of guided photos, and in what words."""

from typing import Any

from django.db.models import QuerySet

from accounts.menus import Menu
from accounts.models import CabinetMember, User
from claims.models import ShotSet
from claims.services.assignments import watching
from messaging.links import address
from messaging.telling.persons import active


def examiners(row: ShotSet) -> QuerySet[User]:
    """The expert of the dossier; where it has none, every expert who sees it."""
    everybody = CabinetMember.objects.filter(cabinet=row.cabinet_id, role=CabinetMember.Role.EXPERT)
    staff = watching(everybody, Menu.DOSSIERS, site=row.establishment_id, dossier=row.dossier)
    own = staff.filter(pk=row.dossier.expert_id or 0)
    return active((own if own.exists() else staff).values("user"))


def photos(row: ShotSet, _user: User) -> dict[str, Any]:
    """Neither the car nor the comment: people write names into it."""
    link = f"{address('admin:claims_dossier_change', row.dossier_id)}#photos"
    shop = row.deposit.sender_label if row.deposit else ""
    return {"row": row, "reference": row.dossier.reference, "shop": shop, "link": link}
