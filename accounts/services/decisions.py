"""The staff decide a request for an account, once."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts import journal, scope
from accounts.exceptions import NotAllowed
from accounts.menus import Menu
from accounts.models import AccountRequest, CabinetEstablishment, Establishment, Organisation, ShopMember, User
from accounts.scope import Actor, Kind, System
from accounts.services.delegations import let_look
from accounts.services.events import Event

State = AccountRequest.State


@transaction.atomic
def approve_request(request: AccountRequest, *, actor: Actor) -> ShopMember:
    """Prove the SIRET and let the person in; whoever owns it already gets a colleague, and is told.

    The establishment may exist unseen, made for another cabinet: this is why the act rises above the actor's scope.
    """
    _check_may_decide(request, actor)
    with scope.system(System.APPROVAL):
        request = _still_pending(request)
        establishment, organisation = _proven(request, actor)
        _link(request, establishment)
        member = _join(request.user, organisation, granted_by=actor.label)
        _decide(request, State.APPROVED, actor=actor)
        journal.record(request, Event.ACCOUNT_APPROVED, actor=actor, siret=request.siret, role=member.role)
        if member.role == ShopMember.Role.COLLABORATOR:
            journal.record(member, Event.COLLEAGUE_JOINED, actor=actor)
    return member


@transaction.atomic
def refuse_request(request: AccountRequest, *, actor: Actor, reason: str) -> AccountRequest:
    """Refuse with a reason, which is sent to the person as it is written."""
    _check_may_decide(request, actor)
    reason = reason.strip()
    if not reason:
        raise ValidationError({"reason": "Écrivez le motif du refus : il est envoyé au demandeur."})
    if len(reason) > 500:
        raise ValidationError({"reason": "Le motif compte 500 caractères au plus."})
    with scope.system(System.APPROVAL):
        request = _still_pending(request)
        request.reason = reason
        _decide(request, State.REFUSED, actor=actor)
        journal.record(request, Event.ACCOUNT_REFUSED, actor=actor, siret=request.siret)
    return request


def _check_may_decide(request: AccountRequest, actor: Actor) -> None:
    """The scope was raised by nobody but us, so the row's own cabinet is compared here, not trusted from a list."""
    actor.require(Menu.REQUESTS)
    of_the_cabinet = actor.kind == Kind.STAFF and request.cabinet_id in actor.cabinet_ids
    if not of_the_cabinet and actor.kind != Kind.NETWORK:
        raise NotAllowed("Seul le cabinet choisi par le demandeur, ou le réseau, décide de cette demande.")


def _still_pending(request: AccountRequest) -> AccountRequest:
    """The row as it stands now, held until the end; of two people at once, the second reads who was first."""
    rows = AccountRequest.objects.select_for_update(of=("self",)).select_related("user", "cabinet")
    request = rows.get(pk=request.pk)
    if request.state != State.PENDING:
        when = timezone.localtime(request.decided_at).strftime("%d/%m/%Y à %H:%M") if request.decided_at else ""
        raise NotAllowed(
            f"Cette demande a déjà été {request.get_state_display()} par {request.decided_by} le {when} : "
            "rien n’a été changé."
        )
    return request


def _decide(request: AccountRequest, state: str, *, actor: Actor) -> None:
    request.state = state
    request.decided_at = timezone.now()
    request.decided_by = actor.label
    request.save(update_fields=["state", "decided_at", "decided_by", "reason"])


def _proven(request: AccountRequest, actor: Actor) -> tuple[Establishment, Organisation]:
    """The SIRET's row and its owner; two cabinets approving people of one SIRET at once end in one organisation."""
    fields = {"name": request.company_name, "postal_code": request.postal_code}
    Establishment.objects.get_or_create(siret=request.siret, defaults=fields)
    rows = Establishment.objects.select_for_update(of=("self",)).select_related("organisation")
    establishment = rows.get(siret=request.siret)
    if establishment.organisation is None:
        establishment.organisation = _company(request)
        establishment.proven_at = timezone.now()
        establishment.proven_by = actor.label
        establishment.save(update_fields=["organisation", "proven_at", "proven_by"])
    return establishment, establishment.organisation


def _company(request: AccountRequest) -> Organisation:
    """Whoever answers for a company already adds to it; anybody else founds one."""
    owned = ShopMember.objects.filter(user=request.user_id, left_at=None, role=ShopMember.Role.OWNER)
    member = owned.select_related("organisation").order_by("organisation", "pk").first()
    return member.organisation if member else Organisation.objects.create(name=request.company_name)


def _link(request: AccountRequest, establishment: Establishment) -> None:
    link, _ = CabinetEstablishment.objects.get_or_create(cabinet=request.cabinet, establishment=establishment)
    if not link.email:
        link.email = request.user.email
        link.save(update_fields=["email"])


def _join(user: User, organisation: Organisation, *, granted_by: str) -> ShopMember:
    """The first person of an organisation answers for it; the establishment's lock keeps two from being the first."""
    members = ShopMember.objects.filter(organisation=organisation, left_at=None)
    role = ShopMember.Role.COLLABORATOR if members.exists() else ShopMember.Role.OWNER
    fields = {"role": role}
    member, _ = ShopMember.objects.get_or_create(organisation=organisation, user=user, left_at=None, defaults=fields)
    if member.role == ShopMember.Role.COLLABORATOR:
        let_look(member, granted_by=granted_by)
    return member
