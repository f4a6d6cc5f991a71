"""The rows of a dossier and its parts."""

from claims.models.documents import Document
from claims.models.dossiers import Dossier, DossierTally, DossierVisit
from claims.models.expectations import Expectation
from claims.models.facts import DossierFacts
from claims.models.missing import MissingDossierRequest
from claims.models.requests import DocumentRequest
from claims.models.rules import CabinetRules

__all__ = [
    "CabinetRules",
    "Document",
    "DocumentRequest",
    "Dossier",
    "DossierFacts",
    "DossierTally",
    "DossierVisit",
    "Expectation",
    "MissingDossierRequest",
]
