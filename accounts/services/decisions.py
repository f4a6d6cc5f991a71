"""The staff decide a request for an account, once."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts import journal, scope
from accounts.exceptions import NotAllowed
from accounts.menus import Menu
from accounts.models import AccountRequest, CabinetEstablishment, Establishment, Organisation, ShopMember, User
from accounts.models.organisations import SIREN_LENGTH
from accounts.scope import Actor, Kind, System
from accounts.services.delegations import let_look
from accounts.services.events import Event

State = AccountRequest.State
STAFF_CHECKS = (
    AccountRequest.Check.CALL,
    AccountRequest.Check.LETTER,
    AccountRequest.Check.EXTRACT,
    AccountRequest.Check.KNOWN,
    AccountRequest.Check.OTHER,
)


@transaction.atomic
def approve_request(
    request: AccountRequest, *, actor: Actor, how: str, note: str = "", evidence: dict[str, Any] | None = None
) -> ShopMember:
    """Prove the SIRET and let the person in; whoever owns it already gets a colleague, and is told.

    `how` says what the staff checked, `evidence` what their page showed; both are kept with the decision. The
    establishment may exist unseen, made for another cabinet: this is why the act rises above the actor's scope.
    """
    _check_may_decide(request, actor)
    with scope.system(System.APPROVAL):
        request = still_pending(request)
        _check_proof(request, how, note)
        keep_proof(request, how=how, note=note, evidence=evidence)
        return let_in(request, actor=actor, by=actor.label, with_cabinet=True)


def _check_proof(request: AccountRequest, how: str, note: str) -> None:
    """A code counts when one was received; nobody else's word is taken for the staff's."""
    allowed = {check.value for check in STAFF_CHECKS} | ({request.checked_how} if request.checked_how else set())
    if how not in allowed:
        raise ValidationError({"how": "Dites comment vous avez vérifié que le SIRET est celui du demandeur."})
    if how == AccountRequest.Check.OTHER and not note.strip():
        raise ValidationError({"note": "Précisez par quel autre moyen vous avez vérifié."})


def keep_proof(request: AccountRequest, *, how: str, note: str = "", evidence: dict[str, Any] | None = None) -> None:
    """What was known and checked, as it stood: counts and answers, no personal data."""
    request.checked_how = how
    request.check_note = note.strip()[:500]
    request.evidence = {**request.evidence, **(evidence or {})}


def let_in(request: AccountRequest, *, actor: Actor, by: str, with_cabinet: bool) -> ShopMember:
    """Give a proven SIRET and its person to each other; the caller holds the request, and has risen above scopes.

    `with_cabinet`: the cabinet of the request decided, and from now on works with the establishment.
    """
    establishment, organisation = _proven(request, by)
    if with_cabinet:
        _link(request, establishment)
    member = _join(request.user, organisation, granted_by=by)
    _decide(request, State.APPROVED, by=by)
    detail = {"how": request.get_checked_how_display()}
    journal.record(request, Event.ACCOUNT_APPROVED, actor=actor, siret=request.siret, role=member.role, **detail)
    if member.role == ShopMember.Role.COLLABORATOR:
        journal.record(member, Event.COLLEAGUE_JOINED, actor=actor)
    return member


@transaction.atomic
def refuse_request(
    request: AccountRequest, *, actor: Actor, reason: str, evidence: dict[str, Any] | None = None
) -> AccountRequest:
    """Refuse with a reason, which is sent to the person as it is written."""
    _check_may_decide(request, actor)
    reason = _text("reason", reason, 500, "Écrivez le motif du refus : il est envoyé au demandeur.")
    with scope.system(System.APPROVAL):
        request = still_pending(request)
        request.evidence = {**request.evidence, **(evidence or {})}
        decline(request, actor=actor, reason=reason)
    return request


def decline(request: AccountRequest, *, actor: Actor, reason: str) -> None:
    """Close a request the caller holds."""
    request.reason = reason
    _decide(request, State.REFUSED, by=actor.label)
    journal.record(request, Event.ACCOUNT_REFUSED, actor=actor, siret=request.siret)


@transaction.atomic
def ask_applicant(request: AccountRequest, *, actor: Actor, question: str) -> AccountRequest:
    """Ask the person something before deciding; the request waits for them, and may still be decided meanwhile."""
    _check_may_decide(request, actor)
    question = _text("question", question, 500, "Écrivez la question : elle est envoyée au demandeur.")
    with scope.system(System.APPROVAL):
        request = still_pending(request)
        request.question, request.asked_at = question, timezone.now()
        request.answer, request.answered_at = "", None
        request.save(update_fields=["question", "asked_at", "answer", "answered_at"])
        journal.record(request, Event.ACCOUNT_ASKED, actor=actor, question=question)
    return request


@transaction.atomic
def answer_question(request: AccountRequest, *, actor: Actor, answer: str) -> AccountRequest:
    """The person answers, once; the staff are told."""
    if actor.user_id is None or request.user_id != actor.user_id:
        raise NotAllowed("Seul le demandeur répond à la question du cabinet.")
    answer = _text("answer", answer, 1000, "Écrivez votre réponse : le cabinet la lit telle quelle.")
    with scope.system(System.APPROVAL):
        request = still_pending(request)
        if not request.waits_for_applicant:
            raise NotAllowed("Aucune question n’attend de réponse.")
        request.answer, request.answered_at = answer, timezone.now()
        request.save(update_fields=["answer", "answered_at"])
        journal.record(request, Event.ACCOUNT_ANSWERED, actor=actor, answer=answer)
    return request


def _text(field: str, typed: str, at_most: int, missing: str) -> str:
    typed = typed.strip()
    if not typed:
        raise ValidationError({field: missing})
    if len(typed) > at_most:
        raise ValidationError({field: f"Ce texte compte {at_most} caractères au plus."})
    return typed


def _check_may_decide(request: AccountRequest, actor: Actor) -> None:
    """The scope was raised by nobody but us, so the row's own cabinet is compared here, not trusted from a list."""
    actor.require(Menu.REQUESTS)
    of_the_cabinet = actor.kind == Kind.STAFF and request.cabinet_id in actor.cabinet_ids
    if not of_the_cabinet and actor.kind != Kind.NETWORK:
        raise NotAllowed("Seul le cabinet choisi par le demandeur, ou le réseau, décide de cette demande.")


def still_pending(request: AccountRequest) -> AccountRequest:
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


def _decide(request: AccountRequest, state: str, *, by: str) -> None:
    request.state = state
    request.decided_at = timezone.now()
    request.decided_by = by
    kept = ("reason", "checked_how", "check_note", "evidence")
    request.save(update_fields=["state", "decided_at", "decided_by", *kept])


def _proven(request: AccountRequest, by: str) -> tuple[Establishment, Organisation]:
    """The SIRET's row and its owner; two cabinets approving people of one SIRET at once end in one organisation."""
    fields = {"name": request.company_name, "postal_code": request.postal_code}
    Establishment.objects.get_or_create(siret=request.siret, defaults=fields)
    rows = Establishment.objects.select_for_update(of=("self",)).select_related("organisation")
    establishment = rows.get(siret=request.siret)
    if establishment.organisation is None:
        establishment.organisation = _company(request)
        establishment.proven_at = timezone.now()
        establishment.proven_by = by
        establishment.save(update_fields=["organisation", "proven_at", "proven_by"])
    return establishment, establishment.organisation


def _company(request: AccountRequest) -> Organisation:
    """The company this person answers for that has the SIREN, or the name given; otherwise a new one."""
    owned = Organisation.objects.filter(
        members__user=request.user_id, members__left_at=None, members__role=ShopMember.Role.OWNER
    ).order_by("pk")
    of_siren = owned.filter(establishments__siret__startswith=request.siret[:SIREN_LENGTH]).first()
    return of_siren or owned.filter(name=request.company_name).first() or _founded(request)


def _founded(request: AccountRequest) -> Organisation:
    return Organisation.objects.create(name=request.company_name)


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
