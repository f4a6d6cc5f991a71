"""A second person asks for a SIRET that has an owner: whoever answers for the company knows whether they belong."""

from django.db import transaction

from accounts import scope
from accounts.exceptions import NotAllowed
from accounts.models import AccountRequest, ShopMember
from accounts.scope import Actor, System
from accounts.services.decisions import decline, keep_proof, let_in, still_pending

NOT_OURS = "Un responsable de l’entreprise ne reconnaît pas cette demande."
SHOWN = 50


def join_requests(actor: Actor) -> list[AccountRequest]:
    """Who asks to join a company this person answers for, through one of its SIRETs."""
    sirets = [site.siret for site in actor.sites if site.organisation_id in actor.owned]
    if not sirets:
        return []
    with scope.system(System.PORTFOLIO):
        rows = AccountRequest.objects.filter(siret__in=sirets, state=AccountRequest.State.PENDING)
        rows = rows.exclude(user=actor.user_id).select_related("user").order_by("requested_at", "pk")
        return list(rows[:SHOWN])


@transaction.atomic
def welcome(request: AccountRequest, *, actor: Actor) -> ShopMember:
    """The person is a colleague: they join as one who looks, until a profile says more."""
    _check_answers_for(request, actor)
    with scope.system(System.APPROVAL):
        request = still_pending(request)
        keep_proof(request, how=AccountRequest.Check.OWNER)
        return let_in(request, actor=actor, by=actor.label, with_cabinet=False)


@transaction.atomic
def turn_away(request: AccountRequest, *, actor: Actor) -> None:
    """The person is no colleague."""
    _check_answers_for(request, actor)
    with scope.system(System.APPROVAL):
        decline(still_pending(request), actor=actor, reason=NOT_OURS)


def _check_answers_for(request: AccountRequest, actor: Actor) -> None:
    mine = {site.siret for site in actor.sites if site.organisation_id in actor.owned}
    if request.siret not in mine or request.user_id == actor.user_id:
        raise NotAllowed("Seul un responsable de l’entreprise accueille une personne de plus.")
