"""The rows of a dossier and its parts."""

from claims.models.documents import Document
from claims.models.dossiers import Dossier, DossierTally, DossierVisit
from claims.models.jobs import Job
from claims.models.missing import MissingDossierRequest

__all__ = ["Document", "Dossier", "DossierTally", "DossierVisit", "Job", "MissingDossierRequest"]
