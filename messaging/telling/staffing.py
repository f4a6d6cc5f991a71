"""Mails between a cabinet and its people or its shops: who is told, and in what words."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet

from accounts.menus import Menu
from accounts.models import AccountRequest, CabinetEstablishment, CabinetMember, ShopMember, User
from accounts.validators import display_siret
from claims.models import Deposit, MissingDossierRequest
from claims.services.assignments import holding, watching
from messaging.links import address
from messaging.telling import identity
from messaging.telling.persons import active, themself

DECIDERS = (CabinetMember.Role.MANAGER, CabinetMember.Role.CLERK)


def deciders(request: AccountRequest) -> QuerySet[User]:
    staff = CabinetMember.objects.filter(cabinet=request.cabinet_id, role__in=DECIDERS)
    return active(holding(staff, Menu.REQUESTS).values("user"))


def clerks(request: MissingDossierRequest | Deposit) -> QuerySet[User]:
    """The cabinet's gestionnaires; where there is none, whoever decides."""
    everybody = CabinetMember.objects.filter(cabinet=request.cabinet_id, role__in=DECIDERS)
    dossier = request.dossier if isinstance(request, Deposit) else None
    menu = Menu.DOSSIERS if dossier else Menu.REQUESTS
    staff = watching(everybody, menu, site=request.establishment_id, dossier=dossier)
    clerks = staff.filter(role=CabinetMember.Role.CLERK)
    return active((clerks if clerks.exists() else staff).values("user"))


def staff_member(member: CabinetMember) -> QuerySet[User]:
    """Themself, while they belong to the cabinet."""
    gone = member.left_at or member.suspended_at
    return themself(None if gone else member.user_id)


def shop_owners(link: CabinetEstablishment) -> QuerySet[User]:
    owners = ShopMember.objects.filter(
        organisation__establishments=link.establishment_id, role=ShopMember.Role.OWNER, left_at=None
    )
    return active(owners.values("user"))


def password_chosen(member: CabinetMember) -> str:
    return "la personne a déjà choisi son mot de passe" if member.user.has_usable_password() else ""


def unless(suspended: bool) -> Callable[[CabinetEstablishment], str]:
    return lambda link: "" if bool(link.suspended_at) == suspended else "le cabinet a changé d’avis depuis"


def suspension(link: CabinetEstablishment, _user: User) -> dict[str, Any]:
    shop = link.establishment
    reason = link.suspension_reason
    return {"cabinet": link.cabinet, "siret": display_siret(shop.siret), "reason": reason, "link": address("home")}


def welcome(member: CabinetMember, _user: User) -> dict[str, Any]:
    """The token is made here, as the mail leaves, and kept nowhere."""
    return {"cabinet": member.cabinet, **identity.reset(member.user, member.user)}
