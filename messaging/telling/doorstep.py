"""Who hears of sign-ups, proofs and invitations, what they read, and when it makes no sense any more."""

from collections.abc import Callable
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import (
    AccountRequest,
    CabinetMember,
    Establishment,
    ShopInvitation,
    ShopMember,
    SignUp,
    SiretCode,
    User,
)
from accounts.services import confirmation_token, shopinvitations
from accounts.services.proofs import code_of
from accounts.validators import display_siret
from messaging.links import address
from messaging.telling.persons import active, themself


def _owners_of(sites: QuerySet[Establishment]) -> QuerySet[User]:
    owners = ShopMember.objects.filter(
        organisation__in=sites.values("organisation"), left_at=None, role=ShopMember.Role.OWNER
    )
    return active(owners.values("user"))


def owners_of_siret(request: AccountRequest) -> QuerySet[User]:
    """Nobody for a SIRET that is nobody's yet; who asks is not told about themselves."""
    return _owners_of(Establishment.objects.filter(siret=request.siret)).exclude(pk=request.user_id)


def owners_of_siren(site: Establishment) -> QuerySet[User]:
    return _owners_of(Establishment.objects.filter(siret__startswith=site.siren))


def coder(code: SiretCode) -> QuerySet[User]:
    return themself(code.user_id)


def cabinet_inviter(invitation: ShopInvitation) -> QuerySet[User]:
    """An invitation whose sender left the cabinet in the meantime is not sent."""
    members = CabinetMember.objects.filter(user=invitation.inviter_id, cabinet=invitation.cabinet_id, left_at=None)
    return User.objects.filter(
        Q(pk__in=members.values("user")) | Q(pk=invitation.inviter_id, is_superuser=True), is_active=True
    )


def not_asked(request: AccountRequest) -> str:
    return "" if request.waits_for_applicant else "la question a sa réponse, ou la demande sa décision"


def code_over(code: SiretCode) -> str:
    if code.link is None:
        return "aucun cabinet ne connaît d’adresse pour ce SIRET"
    return "" if code.used_at is None and timezone.now() < code.expires_at else "le code n’est plus valable"


def has_owner(site: Establishment) -> str:
    return "l’établissement a trouvé son entreprise" if site.organisation_id else ""


def asked(request: AccountRequest, _user: User) -> dict[str, Any]:
    return {"request": request, "cabinet": request.cabinet, "link": address("pending")}


def colleague_request(request: AccountRequest, _user: User) -> dict[str, Any]:
    return {"request": request, "siret": display_siret(request.siret), "link": address("people")}


def code(code: SiretCode, _user: User) -> dict[str, Any]:
    """The digits are made here, as the mail leaves, and kept nowhere."""
    siret = display_siret(code.request.siret)
    return {"code": code_of(code), "request": code.request, "siret": siret, "until": code.expires_at}


def shop_invited(invitation: ShopInvitation, _user: User) -> dict[str, Any]:
    link = address("shop_invitation", shopinvitations.token_of(invitation))
    return {"invitation": invitation, "cabinet": invitation.cabinet, "link": link}


def proposed(site: Establishment, _user: User) -> dict[str, Any]:
    return {"site": site, "siret": display_siret(site.siret), "link": address("establishments")}


def requester(request: AccountRequest) -> QuerySet[User]:
    return themself(request.user_id)


def applicant(sign_up: SignUp) -> QuerySet[User]:
    return themself(sign_up.user_id)


def welcomed(request: AccountRequest) -> QuerySet[User]:
    return active(ShopMember.objects.filter(user=request.user_id, left_at=None).values("user"))


def confirmation(sign_up: SignUp, _user: User) -> dict[str, Any]:
    link = address("sign_up_confirm", confirmation_token(sign_up))
    return {"sign_up": sign_up, "siret": display_siret(sign_up.siret), "link": link}


def request(request: AccountRequest, _user: User) -> dict[str, Any]:
    return {
        "request": request,
        "cabinet": request.cabinet,
        "siret": display_siret(request.siret),
        "link": address("admin:accounts_accountrequest_change", request.pk),
    }


def decision(request: AccountRequest, _user: User) -> dict[str, Any]:
    siret = display_siret(request.siret)
    return {"request": request, "cabinet": request.cabinet, "siret": siret, "link": address("login")}


def decided_otherwise(state: str) -> Callable[[AccountRequest], str]:
    return lambda request: "" if request.state == state else "la décision a changé"


def decided(request: AccountRequest) -> str:
    return "" if request.state == AccountRequest.State.PENDING else "la demande est déjà décidée"
