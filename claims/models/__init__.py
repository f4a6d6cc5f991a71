"""The rows of a dossier and its parts."""

from claims.models.documents import Document
from claims.models.dossiers import Dossier, DossierTally, DossierVisit
from claims.models.missing import MissingDossierRequest
from claims.models.preferences import ListPreference

__all__ = ["Document", "Dossier", "DossierTally", "DossierVisit", "ListPreference", "MissingDossierRequest"]
