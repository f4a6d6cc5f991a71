"""The rows of a dossier and its parts."""

from claims.models.assignments import AssignedDossier
from claims.models.documents import Document
from claims.models.dossiers import Dossier, DossierTally, DossierVisit
from claims.models.missing import MissingDossierRequest

__all__ = ["AssignedDossier", "Document", "Dossier", "DossierTally", "DossierVisit", "MissingDossierRequest"]
