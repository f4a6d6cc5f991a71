"""What people may choose to be told of by mail, aside or not at all; every other mail leaves in any case.

A row of `TOPICS` is a line of the page of preferences; `OPTIONAL` says under which of them an event of
`messaging/rules.py` falls. What is missing there is not optional: accounts, security, receipts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from accounts.scope import Kind
from accounts.services import Event
from claims.models import Document
from claims.services import callbacks, deposits, incidents, reminders, requests, shots, supplements
from claims.services.appointments import Fact as DateFact
from claims.services.missing import Fact as MissingFact
from claims.workflow import Fact as PaperFact
from messaging.models import Channel
from messaging.models.threads import Fact as Talk
from tariffs.services import Fact as Priced


class Topic(StrEnum):
    """Kinds of documents and of facts; a value stands in links of mails for years."""

    COVERAGE = "prise_en_charge"
    INTERIM_REPORT = "rapport_provisoire"
    REPORT = "rapport"
    PAPERS = "autres_documents"
    REQUESTS = "demandes"
    CHECKS = "envois"
    DATES = "dates"
    SUPPLEMENTS = "complements"
    TARIFFS = "tarifs"
    MESSAGES = "messages"
    MORNING = "matin"
    EVENING = "soir"


@dataclass(frozen=True, slots=True)
class Line:
    """How a topic is called on either side ("": it does not concern it), and what holds while nothing was chosen."""

    topic: Topic
    shop: str
    staff: str
    default: Channel = Channel.MAIL

    def label(self, kind: Kind) -> str:
        return self.shop if kind == Kind.REPAIRER else self.staff


TOPICS: tuple[Line, ...] = (
    # EG-81, 82: a table of documents, and the portal while nothing was chosen.
    Line(Topic.COVERAGE, "Prise en charge", "", Channel.PORTAL),
    Line(Topic.INTERIM_REPORT, "Rapport provisoire", "", Channel.PORTAL),
    Line(Topic.REPORT, "Rapport définitif", "", Channel.PORTAL),
    Line(Topic.PAPERS, "Autres documents", "", Channel.PORTAL),
    Line(Topic.REQUESTS, "Documents demandés, relances, réponses à vos demandes", "Demandes des réparateurs"),
    Line(Topic.CHECKS, "Vérification de vos envois", "Envois des réparateurs"),
    Line(Topic.MESSAGES, "Messages et questions des cabinets", "Messages des réparateurs, réponses à valider"),
    Line(Topic.DATES, "Dates et rendez-vous", "Dates et rendez-vous"),
    Line(Topic.SUPPLEMENTS, "Réponses aux compléments", "Demandes de complément"),
    Line(Topic.TARIFFS, "Tarifs", "Tarifs reçus"),
)
# Letters that one has or has not: « e-mail » is yes, « portail » is no.
LETTERS: tuple[Line, ...] = (
    Line(Topic.MORNING, "Le matin, ce qui vous attend", "Le matin, ce qui vous attend", Channel.PORTAL),
    Line(Topic.EVENING, "En fin de journée, ce qui reste", "En fin de journée, ce qui reste", Channel.PORTAL),
)
LINES: dict[str, Line] = {line.topic: line for line in (*TOPICS, *LETTERS)}


class LetterFact(StrEnum):
    """The journal's names of the two letters."""

    MORNING_DIGEST = "morning_digest"
    EVENING_DIGEST = "evening_digest"


DOCUMENTS: Mapping[str, Topic] = {
    **dict.fromkeys(Document.Kind, Topic.PAPERS),
    Document.Kind.COVERAGE: Topic.COVERAGE,
    Document.Kind.INTERIM_REPORT: Topic.INTERIM_REPORT,
    Document.Kind.REPORT: Topic.REPORT,
}
OPTIONAL: dict[str, Topic | Mapping[str, Topic]] = {
    Talk.MESSAGE_FOR_CABINET: Topic.MESSAGES,
    Talk.MESSAGE_FOR_SHOP: Topic.MESSAGES,
    Talk.QUESTION_FOR_SHOP: Topic.MESSAGES,
    Talk.ANSWER_TO_VALIDATE: Topic.MESSAGES,
    Talk.ANSWER_CHANGED: Topic.MESSAGES,
    PaperFact.DOCUMENT_ARRIVED: DOCUMENTS,  # by its kind
    Event.ACCOUNT_REQUESTED: Topic.REQUESTS,
    Event.ACCOUNT_ANSWERED: Topic.REQUESTS,
    Event.SIRET_PROVEN: Topic.REQUESTS,
    MissingFact.MISSING_DOSSIER_ASKED: Topic.REQUESTS,
    MissingFact.MISSING_DOSSIER_ANSWERED: Topic.REQUESTS,
    requests.Fact.DOCUMENTS_ASKED: Topic.REQUESTS,
    reminders.Fact.REMINDER_LETTER: Topic.REQUESTS,
    callbacks.Fact.CALLBACK_ASKED: Topic.REQUESTS,
    incidents.Fact.VEHICLE_REPORTED: Topic.REQUESTS,
    shots.Fact.SHOTS_SENT: Topic.CHECKS,
    deposits.Fact.DEPOSIT_ARRIVED: Topic.CHECKS,
    PaperFact.DEPOSIT_ACCEPTED: Topic.CHECKS,
    PaperFact.DEPOSIT_REFUSED: Topic.CHECKS,
    DateFact.DATE_FOR_CABINET: Topic.DATES,
    DateFact.DATE_FOR_SHOP: Topic.DATES,
    supplements.Fact.SUPPLEMENT_ASKED: Topic.SUPPLEMENTS,
    supplements.Fact.SUPPLEMENT_ANSWERED: Topic.SUPPLEMENTS,
    Priced.TARIFF_RECEIVED: Topic.TARIFFS,
    Priced.TARIFF_RESENT: Topic.TARIFFS,
    Priced.TARIFF_ACKNOWLEDGED: Topic.TARIFFS,
    LetterFact.MORNING_DIGEST: Topic.MORNING,
    LetterFact.EVENING_DIGEST: Topic.EVENING,
}


def topic_of(event: str, subject: Any) -> Topic | None:
    """Under which topic a fact falls; None for what is told in any case."""
    found = OPTIONAL.get(event)
    return found if found is None or isinstance(found, Topic) else found[subject.kind]
