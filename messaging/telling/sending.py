"""Who is told of what a shop sent, and in what words."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet

from accounts.models import User
from accounts.scope import Right
from claims.models import Deposit, Document
from messaging.links import address
from messaging.telling.persons import still_of, whoever_acted

SHOWN_FILES = 20  # of a deposit, in a mail


def depositor(deposit: Deposit) -> QuerySet[User]:
    """Whoever sent it, while they still belong to the shop."""
    return still_of(deposit.user_id, deposit.establishment_id)


def document_sender(paper: Document) -> QuerySet[User]:
    return still_of(paper.sender_id, paper.establishment_id)


def network(_subject: Any) -> QuerySet[User]:
    return User.objects.filter(is_superuser=True, is_active=True)


def receipt(deposit: Deposit, _user: User) -> dict[str, Any]:
    """Fingerprints and sizes, no names of files: people put the insured's name into them."""
    papers = list(deposit.documents.order_by("pk"))
    return {
        "deposit": deposit,
        "cabinet": deposit.cabinet,
        "reference": deposit.dossier.reference,
        "papers": papers[:SHOWN_FILES],
        "count": len(papers),
        "more": max(0, len(papers) - SHOWN_FILES),
        "size": sum(paper.size for paper in papers),
        "link": address("receipt", deposit.number),
        "paper": address("receipt_pdf", deposit.number),
    }


def arrived(deposit: Deposit, user: User) -> dict[str, Any]:
    link = address("admin:claims_dossier_change", deposit.dossier_id)
    return receipt(deposit, user) | {"shop": deposit.sender_label, "link": link}


def quarantined(paper: Document, _user: User) -> dict[str, Any]:
    link = address("dossier_documents", paper.cabinet.code, paper.dossier.reference)
    return {"paper": paper, "cabinet": paper.cabinet, "reference": paper.dossier.reference, "link": link}


# Checked by the cabinet ----------------------------------------------------------------------------------------------


def checked_sender(paper: Document) -> QuerySet[User]:
    return whoever_acted(paper.sender_id, Right.VIEW, paper.cabinet_id, paper.establishment_id)


def checked(document: Document, _user: User) -> dict[str, Any]:
    """The kind and the dossier's reference; the label and the reason are on the page: they may name the insured."""
    dossier = document.dossier
    page = address("dossier_documents", dossier.cabinet.code, dossier.reference)
    return {"document": document, "dossier": dossier, "cabinet": dossier.cabinet, "link": f"{page}#envoyes"}


def verdict_changed(verdict: str) -> Callable[[Document], str]:
    return lambda document: "" if document.verdict == verdict else "le cabinet a changé d’avis depuis"
