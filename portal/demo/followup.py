"""What cabinets have asked for, what shops found once they had begun, what is known of a dossier beside its state."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from decimal import Decimal
from random import Random

from django.utils import timezone

from claims.calendar import add_working_days
from claims.models import Document, DocumentRequest, Dossier, DossierFacts, Supplement
from claims.workflow import State
from portal.demo.dossiers import Claim
from portal.demo.people import Login

K = Document.Kind
ASKED = ((K.ESTIMATE,), (K.ESTIMATE, K.PHOTO), (K.GEOMETRY,), (K.INSPECTION,), (K.PARTS_INVOICE, K.PHOTO))
TEXTS = ("", "", "Les quatre angles et la plaque, s’il vous plaît.", "Avec le détail de la main-d’œuvre.")
FOUND = (
    "Au démontage, la traverse inférieure est pliée côté droit et le support de radiateur est cassé.",
    "Le longeron avant gauche a bougé de 6 mm : passage au marbre nécessaire.",
    "Le capteur du radar arrière ne répond plus après la dépose du pare-chocs.",
    "Le phare est annoncé par le constructeur dans trois semaines : la livraison recule d’autant.",
)
ANSWERS = {
    Supplement.Status.ACCEPTED: "",
    Supplement.Status.PARTIAL: "Pièces d’accord ; deux heures de main-d’œuvre suffisent.",
    Supplement.Status.REFUSED: "Ce dommage n’est pas imputable au sinistre.",
}


def change_plates(dossiers: Sequence[Dossier]) -> None:
    """Some of these cars came under a provisional plate (WW), as new ones do."""
    final = {row.pk: row.plate for row in dossiers}
    for number, row in enumerate(dossiers, start=1):
        row.plate = f"WW-{100 + number}-{'ABCDEFGH'[number % 8]}D"
    Dossier.objects.bulk_update(dossiers, ["plate"])
    for row in dossiers:
        row.plate = final[row.pk]
    Dossier.objects.bulk_update(dossiers, ["plate"])


def requests(rng: Random, claims: Iterable[Claim]) -> Iterator[DocumentRequest]:
    """One for each dossier that awaits documents."""
    for claim in claims:
        if claim.dossier.state == State.AWAITING_DOCUMENTS and claim.dossier.establishment:
            since = claim.dossier.state_since
            place = claim.dossier.establishment.postal_code
            yield DocumentRequest(
                dossier=claim.dossier,
                kinds=[kind.value for kind in rng.choice(ASKED)],
                text=rng.choice(TEXTS),
                asked_by=claim.cabinet.name,
                asked_at=since,
                due_on=add_working_days(timezone.localdate(since), 5, place),
                extensions_allowed=2,
            )


def supplements(rng: Random, claims: Iterable[Claim], logins: Iterable[Login]) -> Iterator[Supplement]:
    """For one dossier under repair in eight, asked by who signs in for its shop."""
    people = {site.pk: login.person.user for login in logins for site in login.establishments}
    states = {State.IN_PROGRESS, State.AWAITING_INVOICE}
    for claim in claims:
        author = people.get(claim.dossier.establishment_id or 0)
        if author is not None and claim.dossier.state in states and rng.random() < 1 / 8:
            yield _supplement(rng, claim, author.pk)


def _supplement(rng: Random, claim: Claim, author_id: int) -> Supplement:
    amount = Decimal(rng.randint(8, 90) * 10)
    row = Supplement(
        dossier=claim.dossier,
        number=1,
        comment=rng.choice(FOUND),
        amount_asked=amount if rng.random() < 0.7 else None,
        author_id=author_id,
        sender_label=claim.site.establishment.name,
        key=f"{claim.number:032x}",
        asked_at=claim.dossier.state_since + timedelta(minutes=rng.randint(5, 50)),
    )
    if rng.random() < 0.6 and timezone.now() - row.asked_at > timedelta(days=3):
        row.status = rng.choice(list(ANSWERS))
        row.reason, row.decided_by = ANSWERS[row.status], claim.cabinet.name
        row.decided_at = row.asked_at + timedelta(hours=rng.randint(3, 40))
        row.amount_accepted = amount if row.status == Supplement.Status.ACCEPTED else None
        row.read_at = row.decided_at if rng.random() < 0.7 else None
    return row


def facts(rng: Random, claims: Iterable[Claim]) -> Iterator[DossierFacts]:
    """Something is known of one dossier in three."""
    for claim in claims:
        if claim.dossier.is_open and rng.random() < 1 / 3:
            mission = claim.moments[0].at.date()
            loan = rng.random() < 0.3
            yield DossierFacts(
                dossier=claim.dossier,
                cover=rng.choice(("", "oui", "oui", "oui", "non")),
                accident_report_on=mission + timedelta(days=2) if rng.random() < 0.7 else None,
                coverage_until=mission + timedelta(days=rng.randint(20, 120)) if rng.random() < 0.4 else None,
                inspection_until=mission + timedelta(days=rng.randint(-20, 600)) if rng.random() < 0.5 else None,
                loan_from=mission + timedelta(days=5) if loan else None,
                loan_to=mission + timedelta(days=15) if loan and rng.random() < 0.5 else None,
            )
