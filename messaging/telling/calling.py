"""Who is told that somebody waits for a call, and in what words."""

from typing import Any

from django.db.models import QuerySet

from accounts.menus import Menu
from accounts.models import CabinetMember, User
from claims.models import CallBack
from claims.services.assignments import watching
from messaging.links import address
from messaging.telling.persons import active


def callers(row: CallBack) -> QuerySet[User]:
    """Whoever it is for; otherwise all of the role, and where there is none whoever answers for the cabinet."""
    everybody = CabinetMember.objects.filter(cabinet=row.cabinet_id)
    staff = watching(everybody, Menu.REQUESTS, site=row.establishment_id, dossier=row.dossier)
    for found in (staff.filter(pk=row.assignee_id or 0), staff.filter(role=row.role)):
        if found.exists():
            return active(found.values("user"))
    return active(staff.filter(role=CabinetMember.Role.MANAGER).values("user"))


def called(row: CallBack) -> str:
    return "" if row.is_open else "la personne a été rappelée, ou n’attend plus"


def request(row: CallBack, _user: User) -> dict[str, Any]:
    """Neither the name nor the number: both are on the page."""
    link = address("admin:claims_callback_change", row.pk)
    shop = row.establishment.name if row.establishment else ""
    reference = row.dossier.reference if row.dossier else ""
    return {"row": row, "shop": shop, "reference": reference, "link": link}
