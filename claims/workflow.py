"""The life of a dossier, in one table a cabinet can read: states, actions, moves, tabs, and who must act.

No database here. The table serves the guard (`Dossier.advance`), the buttons of a page, the journal's event names, the
tabs of the list, the documentation and an exhaustive test.
"""

from collections import ChainMap
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import TextChoices

from accounts.menus import Menu
from accounts.scope import Kind


class State(TextChoices):
    """Where a dossier stands; orthogonal facts (procédure VE, véhicule non vu…) are dated fields, never states."""

    RECEIVED = "mission_recue", "Mission reçue"
    AWAITING_REMOTE = "attente_ead", "Attente d’expertise à distance"
    AWAITING_VISIT = "attente_rdv", "Attente de rendez-vous"
    VISIT_PLANNED = "visite_planifiee", "Visite planifiée"
    AWAITING_DOCUMENTS = "attente_documents", "Attente de documents"
    IN_PROGRESS = "en_cours", "En cours"
    AWAITING_INVOICE = "attente_facture", "Attente de facture"
    CLOSED = "termine", "Terminé"


class Action(TextChoices):
    """What somebody does to a dossier; the value is the journal's event, the label what a button says."""

    RECEIVE = "mission_received", "Mission reçue"
    SYNCHRONISE = "synchronised", "État repris du logiciel du cabinet"
    REQUEST_REMOTE = "remote_requested", "Demander une expertise à distance"
    REQUEST_VISIT = "visit_requested", "Demander un rendez-vous"
    PLAN_VISIT = "visit_planned", "Planifier la visite"
    CANCEL_VISIT = "visit_cancelled", "Annuler la visite"
    REQUEST_DOCUMENTS = "documents_requested", "Demander des documents"
    ACCEPT_DOCUMENTS = "documents_accepted", "Documents complets"
    PUBLISH_DOCUMENT = "document_published", "Publier un document"
    START_WORKS = "works_started", "Passer en cours"
    REQUEST_INVOICE = "invoice_requested", "Demander la facture"
    REOPEN_FOR_SUPPLEMENT = "supplement_accepted", "Reprendre pour un complément"
    CLOSE = "closed", "Terminer le dossier"
    REFUSE_INVOICE = "invoice_refused", "Refuser la facture"
    SEND_DOCUMENTS = "documents_sent", "Envoyer un document"
    SEND_REMOTE = "remote_sent", "Envoyer le dossier d’expertise à distance"
    REQUEST_SUPPLEMENT = "supplement_requested", "Demander un complément"
    CORRECT_SIRET = "siret_corrected", "Rattacher à un établissement"
    PROPOSE_DATE = "date_proposed", "Proposer une date"
    OFFER_DATE = "date_offered", "Proposer une autre date"
    VALIDATE_DATE = "date_validated", "Valider la date"
    ACCEPT_DATE = "date_accepted", "Accepter la date"
    REFUSE_DATE = "date_refused", "Refuser la date"
    WITHDRAW_DATE = "date_withdrawn", "Retirer la date"
    CANCEL_DATE = "date_cancelled", "Annuler le rendez-vous"


# The same acts, told afterwards: what « étapes » says.
DONE: dict[str, str] = {
    Action.RECEIVE: "Mission reçue",
    Action.SYNCHRONISE: "État mis à jour par le cabinet",
    Action.REQUEST_REMOTE: "Expertise à distance demandée",
    Action.REQUEST_VISIT: "Rendez-vous demandé",
    Action.PLAN_VISIT: "Visite planifiée",
    Action.CANCEL_VISIT: "Visite annulée",
    Action.REQUEST_DOCUMENTS: "Documents demandés",
    Action.ACCEPT_DOCUMENTS: "Documents complets",
    Action.PUBLISH_DOCUMENT: "Document publié",
    Action.START_WORKS: "Dossier en cours",
    Action.REQUEST_INVOICE: "Facture demandée",
    Action.REOPEN_FOR_SUPPLEMENT: "Dossier repris pour un complément",
    Action.CLOSE: "Dossier terminé",
    Action.REFUSE_INVOICE: "Facture refusée",
    Action.SEND_DOCUMENTS: "Documents envoyés au cabinet",
    Action.SEND_REMOTE: "Dossier d’expertise à distance envoyé",
    Action.REQUEST_SUPPLEMENT: "Complément demandé",
    Action.CORRECT_SIRET: "Dossier rattaché à l’établissement",
    Action.PROPOSE_DATE: "Date proposée par le réparateur",
    Action.OFFER_DATE: "Date proposée par le cabinet",
    Action.VALIDATE_DATE: "Date validée par le cabinet",
    Action.ACCEPT_DATE: "Date acceptée par le réparateur",
    Action.REFUSE_DATE: "Date refusée",
    Action.WITHDRAW_DATE: "Date retirée",
    Action.CANCEL_DATE: "Date annulée",
}


class Step(TextChoices):
    """What else stands in the étapes of a dossier, beside its moves; the label is what is read there."""

    REQUEST_WITHDRAWN = "request_withdrawn", "Demande de documents retirée"
    REQUEST_ANSWERED = "request_answered", "Documents demandés envoyés"
    REQUEST_DONE = "request_done", "Documents reçus et vérifiés"
    DEADLINE_EXTENDED = "deadline_extended", "Délai prolongé"
    REMINDED = "reminded", "Relance envoyée"
    REMINDERS_SUSPENDED = "reminders_suspended", "Relances suspendues"
    SUPPLEMENT_DECIDED = "supplement_decided", "Réponse au complément"
    FACTS_NOTED = "facts_noted", "Informations complétées"
    REMINDERS_RESUMED = "reminders_resumed", "Relances reprises"
    VEHICLE_UNSEEN = "vehicle_unseen", "Véhicule non vu"
    VEHICLE_SEEN = "vehicle_seen", "Véhicule vu, ou nouvelle date fixée"
    VEHICLE_UNCOLLECTED = "vehicle_uncollected", "Véhicule non enlevé"
    VEHICLE_COLLECTED = "vehicle_collected", "Véhicule enlevé"
    EXAM_DONE = "exam_done", "Examen fait"
    MESSAGE_SENT = "message_sent", "Message envoyé au cabinet"
    MESSAGE_RECEIVED = "message_received", "Message du cabinet"
    QUESTION_ASKED = "question_asked", "Question du cabinet"
    THREAD_CLOSED = "thread_closed", "Échange clos"


STEPS: Mapping[str, str] = ChainMap(DONE, {step.value: str(step.label) for step in Step})
"""Every event of a dossier, as « étapes » tells it."""


@dataclass(frozen=True, slots=True)
class Move:
    """One row of the table: this kind of actor may do this in these states; `to` None leaves the state as it is."""

    action: Action
    who: frozenset[Kind]
    states: frozenset[State]
    to: State | None


@dataclass(frozen=True, slots=True)
class Turn:
    """Who must act in a state, what is expected of them, and within how many working days."""

    who: Kind | None
    expected: str
    working_days: int | None


CABINET = frozenset({Kind.STAFF, Kind.NETWORK})
PROGRAM = frozenset({Kind.STAFF, Kind.SYSTEM})  # the cabinet's software through an import
SHOP = frozenset({Kind.REPAIRER})
ANY = frozenset(State)
OPEN = ANY - {State.CLOSED}
BEFORE_VISIT = frozenset({State.RECEIVED, State.AWAITING_REMOTE, State.AWAITING_VISIT})
SEEN = frozenset({State.VISIT_PLANNED, State.AWAITING_DOCUMENTS, State.IN_PROGRESS, State.AWAITING_INVOICE})

TRANSITIONS: tuple[Move, ...] = (
    Move(Action.RECEIVE, PROGRAM, frozenset({State.RECEIVED}), None),
    *(Move(Action.SYNCHRONISE, PROGRAM, ANY - {state}, state) for state in State),
    Move(Action.REQUEST_REMOTE, CABINET, frozenset({State.RECEIVED, State.AWAITING_VISIT}), State.AWAITING_REMOTE),
    Move(Action.REQUEST_VISIT, CABINET, frozenset({State.RECEIVED, State.AWAITING_REMOTE}), State.AWAITING_VISIT),
    # A shop plans a visit by accepting the cabinet's date, and gives it up with the date it was to be.
    Move(Action.PLAN_VISIT, CABINET | SHOP, BEFORE_VISIT, State.VISIT_PLANNED),
    Move(Action.CANCEL_VISIT, CABINET | SHOP, frozenset({State.VISIT_PLANNED}), State.AWAITING_VISIT),
    Move(
        Action.REQUEST_DOCUMENTS,
        CABINET,
        frozenset({State.VISIT_PLANNED, State.IN_PROGRESS}),
        State.AWAITING_DOCUMENTS,
    ),
    Move(Action.REQUEST_DOCUMENTS, CABINET, OPEN - {State.VISIT_PLANNED, State.IN_PROGRESS}, None),
    Move(Action.ACCEPT_DOCUMENTS, CABINET, frozenset({State.AWAITING_DOCUMENTS}), State.IN_PROGRESS),
    Move(Action.PUBLISH_DOCUMENT, CABINET | PROGRAM, ANY, None),
    Move(Action.START_WORKS, CABINET, frozenset({State.VISIT_PLANNED}), State.IN_PROGRESS),
    Move(Action.REQUEST_INVOICE, CABINET, frozenset({State.IN_PROGRESS}), State.AWAITING_INVOICE),
    Move(Action.REOPEN_FOR_SUPPLEMENT, CABINET, frozenset({State.AWAITING_INVOICE}), State.IN_PROGRESS),
    Move(Action.CLOSE, CABINET, frozenset({State.AWAITING_INVOICE}), State.CLOSED),
    Move(Action.REFUSE_INVOICE, CABINET, frozenset({State.CLOSED}), State.AWAITING_INVOICE),
    Move(Action.SEND_DOCUMENTS, SHOP, ANY, None),  # an invoice, even, waits for the cabinet to close the dossier
    Move(Action.SEND_REMOTE, SHOP, frozenset({State.AWAITING_REMOTE}), State.IN_PROGRESS),
    Move(Action.REQUEST_SUPPLEMENT, SHOP, SEEN, None),
    Move(Action.CORRECT_SIRET, CABINET, ANY, None),
    Move(Action.PROPOSE_DATE, SHOP, OPEN, None),
    Move(Action.OFFER_DATE, CABINET, OPEN, None),
    Move(Action.VALIDATE_DATE, CABINET, OPEN, None),
    Move(Action.ACCEPT_DATE, SHOP, OPEN, None),
    Move(Action.REFUSE_DATE, CABINET | SHOP, OPEN, None),
    Move(Action.WITHDRAW_DATE, CABINET | SHOP, OPEN, None),
    Move(Action.CANCEL_DATE, CABINET | SHOP, OPEN, None),
)

# The right of staff that an act takes; those about dates take theirs, every other moves the dossier.
MENUS: dict[Action, Menu] = {Action.PUBLISH_DOCUMENT: Menu.PUBLISH}


def menu_of(action: Action) -> Menu:
    return Menu.DATES if action in DATE_ACTIONS else MENUS.get(action, Menu.ACT)


# Delays are the portal's defaults, in working days; no text fixes them.
WAITING: dict[State, Turn] = {
    State.RECEIVED: Turn(Kind.STAFF, "organiser l’expertise", 2),
    State.AWAITING_REMOTE: Turn(Kind.REPAIRER, "envoyer le dossier d’expertise à distance", 3),
    State.AWAITING_VISIT: Turn(Kind.REPAIRER, "proposer une date de rendez-vous", 3),
    State.VISIT_PLANNED: Turn(Kind.STAFF, "examiner le véhicule", None),
    State.AWAITING_DOCUMENTS: Turn(Kind.REPAIRER, "envoyer les documents demandés", 5),
    State.IN_PROGRESS: Turn(Kind.STAFF, "rendre ses conclusions", 5),
    State.AWAITING_INVOICE: Turn(Kind.REPAIRER, "envoyer la facture définitive", 10),
    State.CLOSED: Turn(None, "", None),
}

# Once the shop has sent what a state waits for, it is the cabinet's turn until the state moves on.
CHECKING: dict[State, Turn] = {
    State.AWAITING_REMOTE: Turn(Kind.STAFF, "examiner le dossier d’expertise à distance", 3),
    State.AWAITING_VISIT: Turn(Kind.STAFF, "répondre à la date proposée", 2),
    State.AWAITING_DOCUMENTS: Turn(Kind.STAFF, "vérifier les documents reçus", 3),
    State.AWAITING_INVOICE: Turn(Kind.STAFF, "vérifier la facture", 5),
}


class Tab(StrEnum):
    """The tabs of the list, by the slug their address carries."""

    ALL = "tous"
    REMOTE = "expertise-ead"
    VISIT = "attente-rdv"
    PLANNED = "visite-planifiee"
    DOCUMENTS = "attente-documents"
    PROGRESS = "en-cours"
    DAMAGED = "suivi-ve"
    INVOICE = "attente-facture"
    CLOSED = "termine"


TAB_LABELS: dict[Tab, str] = {
    Tab.ALL: "Tous",
    Tab.REMOTE: "Expertise EAD",
    Tab.VISIT: "Attente de RDV",
    Tab.PLANNED: "Visite planifiée",
    Tab.DOCUMENTS: "Attente de documents",
    Tab.PROGRESS: "En cours",
    Tab.DAMAGED: "Suivi VE",
    Tab.INVOICE: "Attente de facture",
    Tab.CLOSED: "Terminé",
}

# One number a tab: stored beside the state, so that a tab is one key of an index. « Suivi VE » is no state: it gathers
# the open dossiers under a procédure VE, whatever their state; « Tous » is everything.
TAB_OF_STATE: dict[State, tuple[int, Tab]] = {
    State.RECEIVED: (2, Tab.VISIT),
    State.AWAITING_REMOTE: (1, Tab.REMOTE),
    State.AWAITING_VISIT: (2, Tab.VISIT),
    State.VISIT_PLANNED: (3, Tab.PLANNED),
    State.AWAITING_DOCUMENTS: (4, Tab.DOCUMENTS),
    State.IN_PROGRESS: (5, Tab.PROGRESS),
    State.AWAITING_INVOICE: (6, Tab.INVOICE),
    State.CLOSED: (7, Tab.CLOSED),
}
TAB_NUMBERS: dict[Tab, int] = {tab: number for number, tab in TAB_OF_STATE.values()}
CLOSED_TAB_NUMBER = TAB_NUMBERS[Tab.CLOSED]

_MOVES: dict[tuple[Action, State], list[Move]] = {}
for _move in TRANSITIONS:
    for _state in _move.states:
        _MOVES.setdefault((_move.action, _state), []).append(_move)


def moves(action: Action, state: State, kind: Kind) -> list[Move]:
    """The rows that let this kind of actor do `action` in `state`; several only for `SYNCHRONISE`, one per target."""
    return [move for move in _MOVES.get((action, state), []) if kind in move.who]


def actions_for(state: State, kind: Kind) -> list[Action]:
    """What this kind of actor may do in `state`, in the order of the table."""
    return [action for action in Action if moves(action, state, kind)]


class Fact(StrEnum):
    """What happens to the papers of a dossier without moving it; the journal's names."""

    VERSION_ACKNOWLEDGED = "version_acknowledged"
    DOCUMENT_SEEN = "document_seen"
    DOCUMENT_ACCEPTED = "document_accepted"
    DOCUMENT_REFUSED = "document_refused"
    DEPOSIT_ACCEPTED = "deposit_accepted"  # the same two, about the document itself: what the mails are about
    DEPOSIT_REFUSED = "deposit_refused"
    DOCUMENT_ARRIVED = "document_arrived"  # what the cabinet published, about the document itself
    EXPORT_ORDERED = "export_ordered"


DONE.update(
    {
        Fact.VERSION_ACKNOWLEDGED: "Version lue par le réparateur",
        Fact.DOCUMENT_SEEN: "Document vu par le cabinet",
        Fact.DOCUMENT_ACCEPTED: "Document conforme",
        Fact.DOCUMENT_REFUSED: "Document non conforme",
        Fact.DEPOSIT_ACCEPTED: "Document conforme",
        Fact.DEPOSIT_REFUSED: "Document non conforme",
        Fact.DOCUMENT_ARRIVED: "Document publié",
        Fact.EXPORT_ORDERED: "Archive de documents demandée",
    }
)


# The dates of a dossier ---------------------------------------------------------------------------------------------


class DateKind(TextChoices):
    """What a date is for: the four of EG-63, and the two exams of a procédure VE (BCA-51)."""

    FIELD_VISIT = "rdv_terrain", "RDV terrain"
    REMOTE = "ead", "Expertise à distance (EAD)"
    REPAIR = "reparation", "Réparation"
    DELIVERY = "livraison", "Livraison et facturation"
    DURING_WORKS = "examen_pendant", "Examen pendant travaux"
    AFTER_WORKS = "examen_apres", "Examen après travaux"


class DateStatus(TextChoices):
    """Where a date stands between shop and cabinet."""

    PROPOSED = "proposed", "proposée par le réparateur"
    OFFERED = "offered", "proposée par le cabinet"
    VALIDATED = "validated", "validée"
    REFUSED = "refused", "refusée"
    WITHDRAWN = "withdrawn", "retirée"
    CANCELLED = "cancelled", "annulée"


@dataclass(frozen=True, slots=True)
class DateMove:
    """One row of the table of dates; `start` None is a date nobody has spoken of yet."""

    action: Action
    who: frozenset[Kind]
    start: frozenset[DateStatus | None]
    to: DateStatus


_D = DateStatus
LIVE_DATES = frozenset({_D.PROPOSED, _D.OFFERED, _D.VALIDATED})
_ANY_DATE: frozenset[DateStatus | None] = frozenset({None, *_D})
DATE_MOVES: tuple[DateMove, ...] = (
    DateMove(Action.PROPOSE_DATE, SHOP, _ANY_DATE, _D.PROPOSED),
    DateMove(Action.OFFER_DATE, CABINET, _ANY_DATE, _D.OFFERED),
    DateMove(Action.VALIDATE_DATE, CABINET, frozenset({_D.PROPOSED}), _D.VALIDATED),
    DateMove(Action.ACCEPT_DATE, SHOP, frozenset({_D.OFFERED}), _D.VALIDATED),
    DateMove(Action.REFUSE_DATE, CABINET, frozenset({_D.PROPOSED}), _D.REFUSED),
    DateMove(Action.REFUSE_DATE, SHOP, frozenset({_D.OFFERED}), _D.REFUSED),
    DateMove(Action.WITHDRAW_DATE, SHOP, frozenset({_D.PROPOSED}), _D.WITHDRAWN),
    DateMove(Action.WITHDRAW_DATE, CABINET, frozenset({_D.OFFERED}), _D.WITHDRAWN),
    DateMove(Action.CANCEL_DATE, CABINET | SHOP, frozenset({_D.VALIDATED}), _D.CANCELLED),
)
DATE_ACTIONS = tuple(dict.fromkeys(move.action for move in DATE_MOVES))

# When a date of each kind may still be spoken of; an expertise is over once the invoice is awaited.
BEFORE_INVOICE = OPEN - {State.AWAITING_INVOICE}
DATE_STATES: dict[DateKind, frozenset[State]] = {
    DateKind.FIELD_VISIT: BEFORE_INVOICE,
    DateKind.REMOTE: BEFORE_INVOICE,
    DateKind.REPAIR: OPEN,
    DateKind.DELIVERY: OPEN,
    DateKind.DURING_WORKS: OPEN,
    DateKind.AFTER_WORKS: OPEN,
}
EXAMS = frozenset({DateKind.DURING_WORKS, DateKind.AFTER_WORKS})  # under a procédure VE only
VISITS = frozenset({DateKind.FIELD_VISIT}) | EXAMS  # an expert comes: picked among the « jours de passage »


def date_move(action: Action, status: DateStatus | None, kind: Kind) -> DateStatus | None:
    """Where this leads a date of this status, None when it may not be done."""
    found = (move.to for move in DATE_MOVES if move.action == action and kind in move.who and status in move.start)
    return next(found, None)


def date_actions_for(status: DateStatus | None, kind: Kind) -> list[Action]:
    """What this kind of actor may do to a date of this status, in the order of the table."""
    return [action for action in DATE_ACTIONS if date_move(action, status, kind)]
