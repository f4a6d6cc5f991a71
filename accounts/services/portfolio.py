"""Establishments join a company and leave it. A SIRET is proven by staff, never merely declared."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts import journal, scope
from accounts.exceptions import NotAllowed
from accounts.models import AccountRequest, Cabinet, Establishment, ProfileEstablishment
from accounts.scope import Actor, System
from accounts.services.events import Event
from accounts.services.sign_up import announce_request

MOST_WAITING = 20  # requests of one person


def proposals(actor: Actor) -> list[Establishment]:
    """Establishments nobody owns whose SIREN is one of the company's: proposed to its owners, never given."""
    sirens = {site.siret[:9] for site in actor.sites if site.organisation_id in actor.owned}
    if not sirens:
        return []
    of_ours = Q()
    for siren in sorted(sirens):
        of_ours |= Q(siret__startswith=siren)
    with scope.system(System.PORTFOLIO):
        return list(Establishment.objects.filter(of_ours, organisation=None).order_by("siret")[:50])


@transaction.atomic
def request_establishment(
    *, actor: Actor, company_name: str, siret: str, postal_code: str, cabinet: Cabinet
) -> AccountRequest:
    """Ask a cabinet to confirm that a SIRET is the company's; the answer is the same whoever owns it now."""
    if not actor.owned or actor.user_id is None:
        raise NotAllowed("Seul un responsable de l’entreprise ajoute un établissement.")
    if any(site.siret == siret for site in actor.sites):
        raise ValidationError({"siret": "Cet établissement est déjà dans votre liste."})
    with scope.system(System.PORTFOLIO):
        waiting = AccountRequest.objects.filter(user=actor.user_id, state=AccountRequest.State.PENDING)
        if waiting.filter(siret=siret).exists():
            raise ValidationError({"siret": "Vous avez déjà demandé cet établissement : la réponse est attendue."})
        if waiting.count() >= MOST_WAITING:
            raise ValidationError({"siret": f"{MOST_WAITING} de vos demandes attendent déjà une réponse."})
        request = AccountRequest(
            user_id=actor.user_id, cabinet=cabinet, company_name=company_name, siret=siret, postal_code=postal_code
        )
        request.save(force_insert=True)
        announce_request(request, actor=actor)
    return request


@transaction.atomic
def leave_establishment(establishment: Establishment, *, actor: Actor) -> Establishment:
    """Let an establishment go: the company's people lose it at once, its history stays with it."""
    if establishment.organisation_id not in actor.owned:
        raise NotAllowed("Seul un responsable de l’entreprise quitte un établissement.")
    with scope.system(System.PORTFOLIO):
        establishment = Establishment.objects.select_for_update(of=("self",)).get(pk=establishment.pk)
        if establishment.organisation_id not in actor.owned:
            raise NotAllowed("Cet établissement a déjà quitté votre entreprise.")
        establishment.organisation, establishment.proven_at, establishment.proven_by = None, None, ""
        establishment.proposed_at = timezone.now()  # they know of it: no mail proposes what they have just left
        establishment.save(update_fields=["organisation", "proven_at", "proven_by", "proposed_at"])
        ProfileEstablishment.objects.filter(establishment=establishment).delete()
        journal.record(establishment, Event.ESTABLISHMENT_LEFT, actor=actor, siret=establishment.siret)
    return establishment
