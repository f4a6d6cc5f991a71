"""Who hears of sign-ups, proofs and invitations: part of the rules, in a room of its own for their number."""

from django.db.models import Q, QuerySet

from accounts.models import (
    AccountRequest,
    CabinetMember,
    Establishment,
    ShopInvitation,
    ShopMember,
    SiretCode,
    User,
)


def _owners_of(sites: QuerySet[Establishment]) -> QuerySet[User]:
    owners = ShopMember.objects.filter(
        organisation__in=sites.values("organisation"), left_at=None, role=ShopMember.Role.OWNER
    )
    return User.objects.filter(pk__in=owners.values("user"), is_active=True)


def owners_of_siret(request: AccountRequest) -> QuerySet[User]:
    """Nobody for a SIRET that is nobody's yet; who asks is not told about themselves."""
    return _owners_of(Establishment.objects.filter(siret=request.siret)).exclude(pk=request.user_id)


def owners_of_siren(site: Establishment) -> QuerySet[User]:
    return _owners_of(Establishment.objects.filter(siret__startswith=site.siren))


def coder(code: SiretCode) -> QuerySet[User]:
    return User.objects.filter(pk=code.user_id, is_active=True)


def cabinet_inviter(invitation: ShopInvitation) -> QuerySet[User]:
    """An invitation whose sender left the cabinet in the meantime is not sent."""
    members = CabinetMember.objects.filter(user=invitation.inviter_id, cabinet=invitation.cabinet_id, left_at=None)
    return User.objects.filter(
        Q(pk__in=members.values("user")) | Q(pk=invitation.inviter_id, is_superuser=True), is_active=True
    )
