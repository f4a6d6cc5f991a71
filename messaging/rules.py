"""Who is told what: one row per event, asked when the mail is queued and once more just before it leaves."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.db.models import QuerySet

from accounts.models import (
    AccountRequest,
    CabinetEstablishment,
    CabinetMember,
    Delegation,
    Draft,
    EmailChange,
    Invitation,
    JournalEntry,
    ShopInvitation,
    ShopMember,
    User,
)
from accounts.scope import Right
from accounts.services import Event, email_change_token
from accounts.services.invitations import token_of
from accounts.validators import display_siret
from claims.models import Appointment, Document, MissingDossierRequest
from claims.models.appointments import Side
from claims.services import deposits, quarantine, reminders, requests, supplements
from claims.services.appointments import Fact as DateFact
from claims.services.appointments import said
from claims.services.missing import Fact
from claims.workflow import Fact as PaperFact
from messaging import doorstep, following, pricing, sending, staffing
from messaging.links import address
from messaging.models import Notification
from tariffs.services import Fact as Priced

State = AccountRequest.State


def _always(_subject: Any) -> str:
    return ""


def _nothing(_subject: Any, _user: User) -> dict[str, Any]:
    return {}


@dataclass(frozen=True, slots=True)
class Tell:
    """One mail. `people` says who is told and, when it leaves, who still may be: a right lost meanwhile is silence."""

    template: str  # completed by `_subject.txt`, `_body.txt` and `_body.html`
    people: Callable[[Any], QuerySet[User]]
    context: Callable[[Any, User], dict[str, Any]] = _nothing
    outdated: Callable[[Any], str] = _always  # why it no longer makes sense, in French; "" when it does
    to: Callable[[Any], str] | None = None  # an address that has no account; the person told of is who had it sent
    once_per: timedelta | None = None  # the same fact again within this time is told once

    def version(self, entry: JournalEntry) -> str:
        """What distinguishes two facts of one event about one subject."""
        if self.once_per is None:
            return str(entry.pk)
        return f"t{int(entry.at.timestamp() // self.once_per.total_seconds())}"


# People --------------------------------------------------------------------------------------------------------------


def _active(ids: QuerySet[Any, Any]) -> QuerySet[User]:
    return User.objects.filter(pk__in=ids, is_active=True)


def _changing(change: EmailChange) -> QuerySet[User]:
    return User.objects.filter(pk=change.user_id, is_active=True)


def _owners(member: ShopMember) -> QuerySet[User]:
    owners = ShopMember.objects.filter(
        organisation=member.organisation_id, left_at=None, role=ShopMember.Role.OWNER
    ).exclude(user=member.user_id)
    return _active(owners.values("user"))


def _member(row: Any) -> QuerySet[User]:
    """The person of a membership or of a delegation."""
    member = row if isinstance(row, ShopMember) else row.member
    return User.objects.filter(pk=member.user_id, is_active=True)


def _inviter(invitation: Invitation) -> QuerySet[User]:
    """An invitation whose sender left in the meantime is not sent."""
    members = ShopMember.objects.filter(user=invitation.inviter_id, organisation=invitation.organisation_id)
    return _active(members.filter(left_at=None).values("user"))


def _company_owners(draft: Draft) -> QuerySet[User]:
    owners = ShopMember.objects.filter(
        organisation=draft.organisation_id, left_at=None, role=ShopMember.Role.OWNER
    ).exclude(user=draft.author_id)
    return _active(owners.values("user"))


def _author(draft: Draft) -> QuerySet[User]:
    """Who left the company meanwhile is told nothing of it."""
    members = ShopMember.objects.filter(user=draft.author_id, organisation=draft.organisation_id, left_at=None)
    return _active(members.values("user"))


def _themself(user: User) -> QuerySet[User]:
    return User.objects.filter(pk=user.pk, is_active=True)


def _asker(request: MissingDossierRequest) -> QuerySet[User]:
    """Whoever asked, while they still belong to the shop and the cabinet has not closed it."""
    closed = CabinetEstablishment.objects.filter(
        cabinet=request.cabinet_id, establishment=request.establishment_id, suspended_at__isnull=False
    )
    members = ShopMember.objects.filter(
        user=request.author_id, left_at=None, organisation__establishments=request.establishment_id
    )
    return _active((members.none() if closed.exists() else members).values("user"))


def _network(_subject: Any) -> QuerySet[User]:
    return User.objects.filter(is_superuser=True, is_active=True)


def _shop_of(row: Appointment) -> QuerySet[User]:
    """Whoever of the shop spoke of the date, while they still may; otherwise those who answer for the company."""
    closed = CabinetEstablishment.objects.filter(
        cabinet=row.cabinet_id, establishment=row.establishment_id, suspended_at__isnull=False
    )
    members = ShopMember.objects.filter(left_at=None, organisation__establishments=row.establishment_id)
    if row.establishment_id is None or closed.exists():
        return User.objects.none()
    owners = members.filter(role=ShopMember.Role.OWNER)
    delegates = Delegation.objects.in_force(Right.DATES, row.establishment_id).values("member")
    asker = (owners | members.filter(pk__in=delegates)).filter(user=row.asker_id, user__is_active=True)
    return _active((asker if asker.exists() else owners).values("user"))


# Why a mail no longer makes sense ------------------------------------------------------------------------------------


def _decided(request: AccountRequest) -> str:
    return "" if request.state == State.PENDING else "la demande est déjà décidée"


def _gone(member: ShopMember) -> str:
    return "le collaborateur est reparti" if member.left_at else ""


def _answered(request: MissingDossierRequest) -> str:
    return "" if request.is_open else "la demande est déjà traitée"


def _answered_since(side: Side) -> Callable[[Appointment], str]:
    return lambda row: "l’autre partie a répondu depuis" if row.moved_by == side else ""


def _invitation_over(invitation: Invitation | ShopInvitation) -> str:
    return "" if invitation.is_open else "l'invitation est acceptée, annulée ou trop ancienne"


def _delegation_over(delegation: Delegation) -> str:
    return "l'accès n'est plus donné" if delegation.is_over else ""


def _email_change_over(change: EmailChange) -> str:
    return "l’adresse est déjà confirmée" if change.confirmed_at else ""


def _draft_decided(draft: Draft) -> str:
    return "" if draft.state == Draft.State.PENDING else "le brouillon est déjà décidé"


# What a mail says ----------------------------------------------------------------------------------------------------


def _email_change(change: EmailChange, _user: User) -> dict[str, Any]:
    return {"change": change, "link": address("email_confirm", email_change_token(change))}


def _email_changed(change: EmailChange, _user: User) -> dict[str, Any]:
    return {"change": change, "link": address("help")}


def _factors(_subject: User, _user: User) -> dict[str, Any]:
    return {"link": address("mfa_index"), "reset_link": address("password_reset")}


def _invited(invitation: Invitation, _user: User) -> dict[str, Any]:
    """The token is made here, as the mail leaves, and kept nowhere."""
    return {"invitation": invitation, "link": address("invitation", token_of(invitation))}


def _access(delegation: Delegation, _user: User) -> dict[str, Any]:
    return {"delegation": delegation, "profile": delegation.profile, "link": address("home")}


def _draft(draft: Draft, user: User) -> dict[str, Any]:
    return {"draft": draft, "link": address("home" if user.pk == draft.author_id else "drafts")}


def _staff_welcome(member: CabinetMember, _user: User) -> dict[str, Any]:
    """The token is made here, as the mail leaves, and kept nowhere."""
    return {"cabinet": member.cabinet, **doorstep.reset(member.user, member.user)}


def _missing(request: MissingDossierRequest, _user: User) -> dict[str, Any]:
    """Neither plate nor number: a mail names no insured person's car."""
    shop = request.establishment
    return {
        "cabinet": request.cabinet,
        "shop": shop.name or "Un réparateur",
        "siret": display_siret(shop.siret),
        "link": address("admin:claims_missingdossierrequest_change", request.pk),
    }


def _found(request: MissingDossierRequest, _user: User) -> dict[str, Any]:
    return {"cabinet": request.cabinet, "link": address("missing_dossier")}


def _date(row: Appointment, _user: User) -> dict[str, Any]:
    """The date as it stands when the mail leaves; neither the insured nor the car."""
    dossier = row.dossier
    own = (dossier.cabinet.code, dossier.reference)
    link = (
        f"{address('admin:claims_dossier_change', dossier.pk)}#dates"
        if row.moved_by == Side.SHOP
        else address("dossier_expertise", *own)
    )
    return {"row": row, "dossier": dossier, "what": said(row.wish, row.kind), "link": link}


TELL: dict[str, Tell] = {
    Event.EMAIL_TO_CONFIRM: Tell("accounts/email/email_to_confirm", doorstep.applicant, doorstep.confirmation),
    Event.ACCOUNT_REQUESTED: Tell("accounts/email/account_requested", staffing.deciders, doorstep.request, _decided),
    Event.ACCOUNT_EXISTS: Tell(
        "accounts/email/account_exists", _themself, doorstep.doors, once_per=timedelta(hours=1)
    ),
    Event.ACCOUNT_ASKED: Tell("accounts/email/account_asked", doorstep.requester, doorstep.asked, doorstep.not_asked),
    Event.ACCOUNT_ANSWERED: Tell("accounts/email/account_answered", staffing.deciders, doorstep.request, _decided),
    Event.COLLEAGUE_ASKED: Tell(
        "accounts/email/colleague_asked", doorstep.owners_of_siret, doorstep.colleague_request, _decided
    ),
    Event.SIRET_CODE_SENT: Tell(
        "accounts/email/siret_code_sent",
        doorstep.coder,
        doorstep.code,
        doorstep.code_over,
        to=lambda code: str(code.link.email),
    ),
    Event.SIRET_PROVEN: Tell("accounts/email/siret_proven", staffing.deciders, doorstep.request, _decided),
    Event.SHOP_INVITED: Tell(
        "accounts/email/shop_invited",
        doorstep.cabinet_inviter,
        doorstep.shop_invited,
        _invitation_over,
        to=lambda row: str(row.email),
    ),
    Event.ESTABLISHMENT_PROPOSED: Tell(
        "accounts/email/establishment_proposed", doorstep.owners_of_siren, doorstep.proposed, doorstep.has_owner
    ),
    Event.ACCOUNT_APPROVED: Tell(
        "accounts/email/account_approved",
        doorstep.welcomed,
        doorstep.decision,
        doorstep.decided_otherwise(State.APPROVED),
    ),
    Event.ACCOUNT_REFUSED: Tell(
        "accounts/email/account_refused",
        doorstep.requester,
        doorstep.decision,
        doorstep.decided_otherwise(State.REFUSED),
    ),
    Event.COLLEAGUE_JOINED: Tell("accounts/email/colleague_joined", _owners, doorstep.colleague, _gone),
    Event.INVITED: Tell("accounts/email/invited", _inviter, _invited, _invitation_over, to=lambda row: str(row.email)),
    Event.ACCESS_GRANTED: Tell("accounts/email/access_granted", _member, _access, _delegation_over),
    Event.ACCESS_REVOKED: Tell("accounts/email/access_revoked", _member, _access),
    Event.MEMBER_LEFT: Tell("accounts/email/member_left", _member, doorstep.colleague),
    Event.DRAFT_SUBMITTED: Tell("accounts/email/draft_submitted", _company_owners, _draft, _draft_decided),
    Event.DRAFT_DECIDED: Tell("accounts/email/draft_decided", _author, _draft),
    Event.STAFF_INVITED: Tell(
        "accounts/email/staff_invited", staffing.staff_member, _staff_welcome, staffing.password_chosen
    ),
    Event.SHOP_SUSPENDED: Tell(
        "accounts/email/shop_suspended", staffing.shop_owners, staffing.suspension, staffing.unless(True)
    ),
    Event.SHOP_RESUMED: Tell(
        "accounts/email/shop_resumed", staffing.shop_owners, staffing.suspension, staffing.unless(False)
    ),
    Event.PASSWORD_CHANGED: Tell("accounts/email/password_changed", _themself, doorstep.doors),
    Event.EMAIL_CHANGE_ASKED: Tell(
        "accounts/email/email_change_asked",
        _changing,
        _email_change,
        _email_change_over,
        to=lambda row: str(row.email),
    ),
    Event.EMAIL_CHANGED: Tell(
        "accounts/email/email_changed", _changing, _email_changed, to=lambda row: str(row.former)
    ),
    Event.FACTOR_ADDED: Tell("accounts/email/factor_added", _themself, _factors),
    Event.FACTOR_REMOVED: Tell("accounts/email/factor_removed", _themself, _factors),
    Event.CODES_RENEWED: Tell("accounts/email/codes_renewed", _themself, _factors),
    Event.PASSWORD_RESET: Tell(
        "accounts/email/password_reset", _themself, doorstep.reset, once_per=timedelta(minutes=1)
    ),
    reminders.Fact.REMINDER_LETTER: Tell(
        "claims/email/reminder_letter", following.reminded, following.reminder, following.nothing_missing
    ),
    deposits.Fact.RECEIPT_ISSUED: Tell("claims/email/receipt_issued", sending.depositor, sending.receipt),
    deposits.Fact.DEPOSIT_ARRIVED: Tell("claims/email/deposit_arrived", staffing.clerks, sending.arrived),
    quarantine.Fact.DOCUMENT_INFECTED: Tell(
        "claims/email/document_infected", sending.document_sender, sending.quarantined
    ),
    quarantine.Fact.SCAN_DELAYED: Tell(
        "claims/email/scan_delayed", _network, sending.quarantined, once_per=timedelta(hours=1)
    ),
    requests.Fact.DOCUMENTS_ASKED: Tell(
        "claims/email/documents_asked", following.senders, following.documents, following.nothing_to_send
    ),
    supplements.Fact.SUPPLEMENT_ASKED: Tell(
        "claims/email/supplement_asked", following.deciders, following.supplement, following.decided
    ),
    supplements.Fact.SUPPLEMENT_ANSWERED: Tell("claims/email/supplement_answered", following.askers, following.answer),
    Fact.MISSING_DOSSIER_ASKED: Tell("claims/email/missing_dossier_asked", staffing.clerks, _missing, _answered),
    Fact.MISSING_DOSSIER_ANSWERED: Tell("claims/email/missing_dossier_answered", _asker, _found),
    PaperFact.DEPOSIT_ACCEPTED: Tell(
        "claims/email/deposit_accepted",
        sending.checked_sender,
        sending.checked,
        sending.verdict_changed(Document.Verdict.COMPLIANT),
    ),
    PaperFact.DEPOSIT_REFUSED: Tell(
        "claims/email/deposit_refused",
        sending.checked_sender,
        sending.checked,
        sending.verdict_changed(Document.Verdict.REFUSED),
    ),
    DateFact.DATE_FOR_CABINET: Tell(
        "claims/email/date_for_cabinet", staffing.planners, _date, _answered_since(Side.CABINET)
    ),
    DateFact.DATE_FOR_SHOP: Tell("claims/email/date_for_shop", _shop_of, _date, _answered_since(Side.SHOP)),
    Priced.TARIFF_RECEIVED: Tell(
        "tariffs/email/tariff_received", pricing.readers, pricing.received, pricing.acknowledged
    ),
    Priced.TARIFF_RESENT: Tell("tariffs/email/tariff_resent", pricing.readers, pricing.received, pricing.acknowledged),
    Priced.TARIFF_ACKNOWLEDGED: Tell("tariffs/email/tariff_acknowledged", pricing.sender, pricing.confirmed),
}


def subject_of(notification: Notification) -> Any | None:
    """The row a notification is about, or nothing when it was removed since."""
    model: Any = apps.get_model(notification.subject_type)
    return model.objects.filter(pk=notification.subject_id).first()


def why_not(notification: Notification, subject: Any | None) -> str:
    """The reason not to send after all, in French; "" when it may leave."""
    rule = TELL.get(notification.event)
    if rule is None:
        return "cet évènement n'est plus annoncé par e-mail"
    if subject is None:
        return "l'objet n'existe plus"
    if reason := rule.outdated(subject):
        return reason
    if not rule.people(subject).filter(pk=notification.recipient_id).exists():
        return "le destinataire n'est plus concerné, ou son compte est fermé"
    return ""
