"""The rows of a dossier and its parts."""

from claims.models.acknowledgements import Acknowledgement
from claims.models.appointments import AgendaFeed, Appointment
from claims.models.assignments import AssignedDossier
from claims.models.awaited import Awaited
from claims.models.callbacks import CallBack
from claims.models.contacts import Contact
from claims.models.deposits import Deposit, Upload
from claims.models.documents import Document
from claims.models.dossiers import Dossier, DossierTally, DossierVisit
from claims.models.expectations import Expectation
from claims.models.exports import Export
from claims.models.facts import DossierFacts
from claims.models.imports import DossierFile
from claims.models.jobs import Job
from claims.models.memos import Memo
from claims.models.missing import MissingDossierRequest
from claims.models.passages import Passage, VisitPolicy
from claims.models.preferences import ListPreference
from claims.models.reminders import ReminderLetter
from claims.models.requests import DocumentRequest
from claims.models.rules import CabinetRules
from claims.models.shots import Shot, ShotKind, ShotSet
from claims.models.supplements import Supplement
from claims.models.verdicts import VerdictReason

__all__ = [
    "Acknowledgement",
    "AgendaFeed",
    "Appointment",
    "AssignedDossier",
    "Awaited",
    "CabinetRules",
    "CallBack",
    "Contact",
    "Deposit",
    "Document",
    "DocumentRequest",
    "Dossier",
    "DossierFacts",
    "DossierFile",
    "DossierTally",
    "DossierVisit",
    "Expectation",
    "Export",
    "Job",
    "ListPreference",
    "Memo",
    "MissingDossierRequest",
    "Passage",
    "ReminderLetter",
    "Shot",
    "ShotKind",
    "ShotSet",
    "Supplement",
    "Upload",
    "VerdictReason",
    "VisitPolicy",
]
