"""Mails about dates: who plans them on either side, and what was said last."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet

from accounts.menus import Menu
from accounts.models import CabinetMember, User
from accounts.scope import Right
from claims.models import Appointment
from claims.models.appointments import Side
from claims.services.appointments import said
from claims.services.assignments import watching
from messaging.links import address
from messaging.telling.persons import active, whoever_acted


def planners(row: Appointment) -> QuerySet[User]:
    """Who plans the cabinet's rounds: its gestionnaires, and the expert of the dossier."""
    everybody = CabinetMember.objects.filter(cabinet=row.cabinet_id)
    staff = watching(everybody, Menu.DATES, site=row.establishment_id, dossier=row.dossier)
    clerks = staff.filter(role=CabinetMember.Role.CLERK)
    told = clerks if clerks.exists() else staff.filter(role=CabinetMember.Role.MANAGER)
    return active((told | staff.filter(pk=row.dossier.expert_id or 0)).values("user"))


def shop(row: Appointment) -> QuerySet[User]:
    return whoever_acted(row.asker_id, Right.DATES, row.cabinet_id, row.establishment_id)


def answered_since(side: Side) -> Callable[[Appointment], str]:
    return lambda row: "l’autre partie a répondu depuis" if row.moved_by == side else ""


def date(row: Appointment, _user: User) -> dict[str, Any]:
    """The date as it stands when the mail leaves; neither the insured nor the car."""
    dossier = row.dossier
    own = (dossier.cabinet.code, dossier.reference)
    link = (
        f"{address('admin:claims_dossier_change', dossier.pk)}#dates"
        if row.moved_by == Side.SHOP
        else address("dossier_expertise", *own)
    )
    return {"row": row, "dossier": dossier, "what": said(row.wish, row.kind), "link": link}
