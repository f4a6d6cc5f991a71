"""What people leave behind: the journal of each dossier, and who has opened which."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any

from accounts.models import CabinetMember, JournalEntry
from claims.models import Document, Dossier, DossierVisit
from claims.workflow import Action, State
from portal.demo.dossiers import Claim
from portal.demo.people import Login

K = Document.Kind
BY_EXPERT = frozenset({K.INTERIM_REPORT, K.REPORT, K.MINUTES, K.PHOTO})
# Share of the dossiers opened since the last document arrived, and before it.
CLOSED_READ, OPEN_READ, OPEN_BEFORE = 0.97, 0.55, 0.75


def journal(claim: Claim, documents: Iterable[Document]) -> list[JournalEntry]:
    """Its moves and the documents published, in order, as the services would have written them."""
    moves = [
        _entry(
            claim, moment.action, moment.at, _author(claim, moment.action), {"from": moment.before, "to": moment.after}
        )
        for moment in claim.moments
        if moment.action
    ]
    published = [
        _entry(
            claim,
            Action.PUBLISH_DOCUMENT,
            document.published_at,
            claim.expert if document.kind in BY_EXPERT else claim.clerk,
            {"document": document.label, "kind": document.kind, "uuid": str(document.public_id)},
        )
        for document in documents
        if document.direction == Document.Direction.RECEIVED
    ]
    return sorted([*moves, *published], key=lambda entry: entry.at)


def _author(claim: Claim, action: Action) -> CabinetMember | None:
    """None: the cabinet's software."""
    if action == Action.RECEIVE:
        return None
    return claim.expert if action in {Action.START_WORKS, Action.REOPEN_FOR_SUPPLEMENT} else claim.clerk


def _entry(
    claim: Claim, event: Action, at: datetime, author: CabinetMember | None, detail: dict[str, Any]
) -> JournalEntry:
    return JournalEntry(
        event=event,
        subject_type=Dossier._meta.label_lower,
        subject_id=claim.dossier.pk,
        subject_label=claim.dossier.reference,
        actor_label=claim.cabinet.name,
        actor_role=author.role if author else "import",
        user_id=author.user_id if author else None,
        cabinet_id=claim.cabinet.pk,
        establishment_id=claim.dossier.establishment_id,
        at=at,
        detail=detail,
    )


def visits(rng: Random, logins: Iterable[Login], claims: list[Claim]) -> Iterator[DossierVisit]:
    """So that the lists of the shops show NEW, a green count and a black 0."""
    for login in logins:
        sites = {establishment.pk for establishment in login.establishments}
        for claim in claims:
            if claim.dossier.establishment_id in sites and (opened_at := _opened_at(rng, claim)):
                yield DossierVisit(user_id=login.person.user.pk, dossier_id=claim.dossier.pk, opened_at=opened_at)


def _opened_at(rng: Random, claim: Claim) -> datetime | None:
    draw = rng.random()
    minutes = timedelta(minutes=rng.randint(3, 240))
    if draw < (CLOSED_READ if claim.dossier.state == State.CLOSED else OPEN_READ):
        return claim.moments[-1].at + minutes
    return claim.moments[0].at + minutes if draw < OPEN_BEFORE else None
