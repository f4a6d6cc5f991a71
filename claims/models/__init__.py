"""The rows of a dossier and its parts."""

from claims.models.appointments import AgendaFeed, Appointment
from claims.models.documents import Document
from claims.models.dossiers import Dossier, DossierTally, DossierVisit
from claims.models.missing import MissingDossierRequest
from claims.models.passages import Passage, VisitPolicy

__all__ = [
    "AgendaFeed",
    "Appointment",
    "Document",
    "Dossier",
    "DossierTally",
    "DossierVisit",
    "MissingDossierRequest",
    "Passage",
    "VisitPolicy",
]
