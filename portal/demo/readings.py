"""What each side did with the other's documents: versions read by the shop, deposits checked by the cabinet."""

from collections.abc import Iterable, Iterator
from datetime import timedelta

from claims.models import Acknowledgement, Document
from claims.models.documents import family_of
from claims.models.verdicts import USUAL_REASONS
from portal.demo.dossiers import Claim
from portal.demo.people import Login

K = Document.Kind
REFUSED, ACCEPTED = 5, 3  # one paper in so many


def number(documents: list[Document]) -> None:
    """Reports, and prises en charge, in the order they came."""
    last: dict[tuple[str, ...], int] = {}
    for document in sorted(documents, key=lambda document: document.published_at):
        family = family_of(document.kind)
        if family and document.direction == Document.Direction.RECEIVED:
            last[family] = document.version = last.get(family, 0) + 1


def check(claim: Claim, documents: list[Document]) -> None:
    """Most deposits were seen; of the papers some are « conforme », some refused with a reason."""
    sent = [document for document in documents if document.direction == Document.Direction.SENT]
    for rank, document in enumerate(sent, start=claim.number):
        if rank % 4:
            document.seen_at = document.published_at + timedelta(minutes=47 + rank % 300)
        if document.kind == K.PHOTO or not document.seen_at:
            continue
        if rank % REFUSED == 1:
            _say(claim, document, Document.Verdict.REFUSED, USUAL_REASONS[rank % len(USUAL_REASONS)])
        elif rank % ACCEPTED:
            _say(claim, document, Document.Verdict.COMPLIANT)


def _say(claim: Claim, document: Document, verdict: Document.Verdict, reason: str = "") -> None:
    document.verdict, document.verdict_reason = verdict, reason
    document.verdict_at, document.verdict_by = document.seen_at, claim.cabinet.name


def acknowledgements(logins: Iterable[Login], claim: Claim, documents: list[Document]) -> Iterator[Acknowledgement]:
    """Every other dossier's versions, read by the first person of the shop who has a login."""
    site = claim.dossier.establishment_id
    reader = next((login for login in logins if site in {own.pk for own in login.establishments}), None)
    if reader is None or reader.organisation is None or claim.number % 2:
        return
    for document in documents:
        if document.version is not None:
            yield Acknowledgement(
                dossier=claim.dossier,
                cabinet_id=claim.cabinet.pk,
                establishment_id=site,
                document=document,
                version=document.version,
                user=reader.person.user,
                reader=reader.organisation.name,
                role="responsable" if reader.role == "reparateur" else "collaborateur",
                at=document.published_at + timedelta(hours=3, minutes=claim.number % 50),
            )
