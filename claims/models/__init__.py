"""The rows of a dossier and its parts."""

from claims.models.acknowledgements import Acknowledgement
from claims.models.appointments import AgendaFeed, Appointment
from claims.models.assignments import AssignedDossier
from claims.models.documents import Document
from claims.models.dossiers import Dossier, DossierTally, DossierVisit
from claims.models.exports import Export
from claims.models.jobs import Job
from claims.models.missing import MissingDossierRequest
from claims.models.passages import Passage, VisitPolicy
from claims.models.verdicts import VerdictReason

__all__ = [
    "Acknowledgement",
    "AgendaFeed",
    "Appointment",
    "AssignedDossier",
    "Document",
    "Dossier",
    "DossierTally",
    "DossierVisit",
    "Export",
    "Job",
    "MissingDossierRequest",
    "Passage",
    "VerdictReason",
    "VisitPolicy",
]
