"""Who is told of what a shop sent, and in what words."""

from typing import Any

from django.db.models import QuerySet

from accounts.models import ShopMember, User
from claims.models import Deposit, Document
from messaging.links import address

SHOWN_FILES = 20  # of a deposit, in a mail


def depositor(deposit: Deposit) -> QuerySet[User]:
    """Whoever sent it, while they still belong to the shop."""
    members = ShopMember.objects.filter(
        user=deposit.user_id, left_at=None, organisation__establishments=deposit.establishment_id
    )
    return User.objects.filter(pk__in=members.values("user"), is_active=True)


def document_sender(paper: Document) -> QuerySet[User]:
    members = ShopMember.objects.filter(
        user=paper.sender_id, left_at=None, organisation__establishments=paper.establishment_id
    )
    return User.objects.filter(pk__in=members.values("user"), is_active=True)


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
    }


def arrived(deposit: Deposit, user: User) -> dict[str, Any]:
    link = address("admin:claims_dossier_change", deposit.dossier_id)
    return receipt(deposit, user) | {"shop": deposit.sender_label, "link": link}


def quarantined(paper: Document, _user: User) -> dict[str, Any]:
    link = address("dossier_documents", paper.cabinet.code, paper.dossier.reference)
    return {"paper": paper, "cabinet": paper.cabinet, "reference": paper.dossier.reference, "link": link}
