"""Who is told of a document the cabinet published, and in what words."""

from typing import Any

from django.db.models import QuerySet

from accounts.models import Delegation, ShopMember, User
from accounts.scope import Right
from claims.models import Document
from messaging.links import address
from messaging.models import News
from messaging.telling.persons import active, closed


def readers(paper: Document) -> QuerySet[User]:
    """Whoever may look at the shop's dossiers; nobody of a shop the cabinet has closed."""
    if paper.establishment_id is None or closed(paper.cabinet_id, paper.establishment_id):
        return User.objects.none()
    members = ShopMember.objects.filter(left_at=None, organisation__establishments=paper.establishment_id)
    owners = members.filter(role=ShopMember.Role.OWNER)
    delegates = members.filter(pk__in=Delegation.objects.in_force(Right.VIEW, paper.establishment_id).values("member"))
    return active((owners | delegates).values("user"))


def superseded(paper: Document) -> str:
    return "une version plus récente le remplace" if paper.replaced_at else ""


def opened(paper: Document, user_id: int) -> bool:
    """Whether this person has read its line in the notification centre, or opened it from there."""
    lines = News.objects.filter(user=user_id, dossier=paper.dossier_id, document=paper.public_id)
    return lines.filter(read_at__isnull=False).exists()


def arrived(paper: Document, _user: User) -> dict[str, Any]:
    """Its kind and the dossier's reference; its label may name the insured."""
    dossier = paper.dossier
    link = address("dossier_documents", dossier.cabinet.code, dossier.reference)
    return {"paper": paper, "reference": dossier.reference, "cabinet": dossier.cabinet, "link": link}
