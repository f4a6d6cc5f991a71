"""Who is told what: one row per event, asked when the mail is queued and once more just before it leaves."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.db.models import QuerySet

from accounts.models import AccountRequest, JournalEntry, User
from accounts.services import Event
from claims.models import Document, DossierVisit
from claims.models.appointments import Side
from claims.services import callbacks, deposits, incidents, quarantine, reminders, requests, shots, supplements
from claims.services.appointments import Fact as DateFact
from claims.services.missing import Fact
from claims.workflow import Fact as PaperFact
from messaging.models import Notification
from messaging.models.threads import Fact as Talk
from messaging.telling import (
    calling,
    colleagues,
    dates,
    documents,
    doorstep,
    following,
    identity,
    letters,
    missing,
    photographing,
    pricing,
    sending,
    staffing,
    talking,
    vehicles,
)
from messaging.topics import OPTIONAL, LetterFact
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


TELL: dict[str, Tell] = {
    Event.EMAIL_TO_CONFIRM: Tell("accounts/email/email_to_confirm", doorstep.applicant, doorstep.confirmation),
    Event.ACCOUNT_REQUESTED: Tell(
        "accounts/email/account_requested", staffing.deciders, doorstep.request, doorstep.decided
    ),
    Event.ACCOUNT_EXISTS: Tell(
        "accounts/email/account_exists", identity.themself, identity.doors, once_per=timedelta(hours=1)
    ),
    Event.ACCOUNT_ASKED: Tell("accounts/email/account_asked", doorstep.requester, doorstep.asked, doorstep.not_asked),
    Event.ACCOUNT_ANSWERED: Tell(
        "accounts/email/account_answered", staffing.deciders, doorstep.request, doorstep.decided
    ),
    Event.COLLEAGUE_ASKED: Tell(
        "accounts/email/colleague_asked", doorstep.owners_of_siret, doorstep.colleague_request, doorstep.decided
    ),
    Event.SIRET_CODE_SENT: Tell(
        "accounts/email/siret_code_sent",
        doorstep.coder,
        doorstep.code,
        doorstep.code_over,
        to=lambda code: str(code.link.email),
    ),
    Event.SIRET_PROVEN: Tell("accounts/email/siret_proven", staffing.deciders, doorstep.request, doorstep.decided),
    Event.SHOP_INVITED: Tell(
        "accounts/email/shop_invited",
        doorstep.cabinet_inviter,
        doorstep.shop_invited,
        colleagues.invitation_over,
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
    Event.COLLEAGUE_JOINED: Tell(
        "accounts/email/colleague_joined", colleagues.other_owners, colleagues.colleague, colleagues.gone
    ),
    Event.INVITED: Tell(
        "accounts/email/invited",
        colleagues.inviter,
        colleagues.invitation,
        colleagues.invitation_over,
        to=lambda row: str(row.email),
    ),
    Event.ACCESS_GRANTED: Tell(
        "accounts/email/access_granted", colleagues.person, colleagues.access, colleagues.delegation_over
    ),
    Event.ACCESS_REVOKED: Tell("accounts/email/access_revoked", colleagues.person, colleagues.access),
    Event.MEMBER_LEFT: Tell("accounts/email/member_left", colleagues.person, colleagues.colleague),
    Event.DRAFT_SUBMITTED: Tell(
        "accounts/email/draft_submitted", colleagues.validators, colleagues.draft, colleagues.draft_decided
    ),
    Event.DRAFT_DECIDED: Tell("accounts/email/draft_decided", colleagues.author, colleagues.draft),
    Event.STAFF_INVITED: Tell(
        "accounts/email/staff_invited", staffing.staff_member, staffing.welcome, staffing.password_chosen
    ),
    Event.SHOP_SUSPENDED: Tell(
        "accounts/email/shop_suspended", staffing.shop_owners, staffing.suspension, staffing.unless(True)
    ),
    Event.SHOP_RESUMED: Tell(
        "accounts/email/shop_resumed", staffing.shop_owners, staffing.suspension, staffing.unless(False)
    ),
    Event.PASSWORD_CHANGED: Tell("accounts/email/password_changed", identity.themself, identity.doors),
    Event.EMAIL_CHANGE_ASKED: Tell(
        "accounts/email/email_change_asked",
        identity.changing,
        identity.change_asked,
        identity.change_over,
        to=lambda row: str(row.email),
    ),
    Event.EMAIL_CHANGED: Tell(
        "accounts/email/email_changed", identity.changing, identity.changed, to=lambda row: str(row.former)
    ),
    Event.FACTOR_ADDED: Tell("accounts/email/factor_added", identity.themself, identity.factors),
    Event.FACTOR_REMOVED: Tell("accounts/email/factor_removed", identity.themself, identity.factors),
    Event.CODES_RENEWED: Tell("accounts/email/codes_renewed", identity.themself, identity.factors),
    Event.PASSWORD_RESET: Tell(
        "accounts/email/password_reset", identity.themself, identity.reset, once_per=timedelta(minutes=1)
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
        "claims/email/scan_delayed", sending.network, sending.quarantined, once_per=timedelta(hours=1)
    ),
    requests.Fact.DOCUMENTS_ASKED: Tell(
        "claims/email/documents_asked", following.senders, following.documents, following.nothing_to_send
    ),
    callbacks.Fact.CALLBACK_ASKED: Tell(
        "claims/email/callback_asked", calling.callers, calling.request, calling.called
    ),
    incidents.Fact.VEHICLE_REPORTED: Tell(
        "claims/email/vehicle_reported", vehicles.clerks, vehicles.reported, vehicles.settled
    ),
    shots.Fact.SHOTS_SENT: Tell("claims/email/shots_sent", photographing.examiners, photographing.photos),
    supplements.Fact.SUPPLEMENT_ASKED: Tell(
        "claims/email/supplement_asked", following.deciders, following.supplement, following.decided
    ),
    supplements.Fact.SUPPLEMENT_ANSWERED: Tell("claims/email/supplement_answered", following.askers, following.answer),
    Fact.MISSING_DOSSIER_ASKED: Tell(
        "claims/email/missing_dossier_asked", staffing.clerks, missing.asked, missing.answered
    ),
    Fact.MISSING_DOSSIER_ANSWERED: Tell("claims/email/missing_dossier_answered", missing.asker, missing.found),
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
    PaperFact.DOCUMENT_ARRIVED: Tell(
        "claims/email/document_arrived", documents.readers, documents.arrived, documents.superseded
    ),
    LetterFact.MORNING_DIGEST: Tell(
        "messaging/email/morning_digest", letters.reader, letters.content, letters.useless
    ),
    LetterFact.EVENING_DIGEST: Tell(
        "messaging/email/evening_digest", letters.reader, letters.content, letters.useless
    ),
    DateFact.DATE_FOR_CABINET: Tell(
        "claims/email/date_for_cabinet", dates.planners, dates.date, dates.answered_since(Side.CABINET)
    ),
    DateFact.DATE_FOR_SHOP: Tell(
        "claims/email/date_for_shop", dates.shop, dates.date, dates.answered_since(Side.SHOP)
    ),
    Talk.MESSAGE_FOR_CABINET: Tell(
        "messaging/email/message_for_cabinet", talking.readers, talking.for_cabinet, talking.answered
    ),
    Talk.MESSAGE_FOR_SHOP: Tell("messaging/email/message_for_shop", talking.shop, talking.for_shop),
    Talk.QUESTION_FOR_SHOP: Tell(
        "messaging/email/question_for_shop", talking.shop, talking.for_shop, talking.answered_by_shop
    ),
    Talk.ANSWER_TO_VALIDATE: Tell(
        "messaging/email/answer_to_validate", talking.validators, talking.for_cabinet, talking.decided
    ),
    Talk.ANSWER_CHANGED: Tell("messaging/email/answer_changed", talking.author, talking.for_cabinet),
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
        return "cet évènement n’est plus annoncé par e-mail"
    if subject is None:
        return "l’objet n’existe plus"
    if reason := rule.outdated(subject):
        return reason
    if not rule.people(subject).filter(pk=notification.recipient_id).exists():
        return "le destinataire n’est plus concerné, ou son compte est fermé"
    return "lu entre-temps" if notification.event in OPTIONAL and _read(notification, subject) else ""


def _read(notification: Notification, subject: Any) -> bool:
    """Whether its recipient has seen it since, on whatever device: the line, or the dossier."""
    if isinstance(subject, Document) and documents.opened(subject, notification.recipient_id):
        return True
    dossier = getattr(subject, "dossier_id", None)
    visits = DossierVisit.objects.filter(user=notification.recipient_id, dossier=dossier or 0)
    return dossier is not None and visits.filter(opened_at__gte=notification.created_at).exists()
