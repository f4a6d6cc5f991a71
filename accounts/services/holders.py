"""Who, of the people of repair companies, may do something at an establishment."""

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Q
from django.utils import timezone

from accounts.models import Delegation, Establishment, ShopMember
from accounts.scope import Right


def holders(establishment_ids: Iterable[int], rights: Iterable[Right]) -> dict[int, set[int]]:
    """The users who answer for each establishment, or hold one of these rights there by a delegation in force.

    Reads beyond one tenant: call it under a system scope.
    """
    sites = Establishment.objects.filter(pk__in=set(establishment_ids)).exclude(organisation=None)
    of_company = defaultdict(set)
    for pk, organisation in sites.values_list("pk", "organisation"):
        of_company[organisation].add(pk)
    found: dict[int, set[int]] = defaultdict(set)
    owners = ShopMember.objects.filter(
        organisation__in=of_company, role=ShopMember.Role.OWNER, left_at=None, user__is_active=True
    )
    for organisation, user in owners.values_list("organisation", "user"):
        for site in of_company[organisation]:
            found[site].add(user)
    for delegation in _in_force(of_company, rights):
        covered = of_company[delegation.organisation_id]
        if not delegation.profile.everywhere:
            covered = covered & {row.establishment_id for row in delegation.profile.covered.all()}
        for site in covered:
            found[site].add(delegation.member.user_id)
    return found


def _in_force(organisations: Iterable[int], rights: Iterable[Right]) -> list[Delegation]:
    today = timezone.localdate()
    rows = Delegation.objects.filter(
        Q(to_on=None) | Q(to_on__gte=today),
        organisation__in=organisations,
        from_on__lte=today,
        revoked_at=None,
        member__left_at=None,
        member__user__is_active=True,
        profile__rights__overlap=[right.value for right in rights],
    )
    return list(rows.select_related("profile", "member").prefetch_related("profile__covered"))
