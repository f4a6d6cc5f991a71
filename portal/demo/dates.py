"""Dates of dossiers in every state between shop and cabinet, and the « jours de passage » of each expert."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from random import Random

from django.utils import timezone

from accounts.models import Cabinet, CabinetMember, JournalEntry
from claims.calendar import is_holiday, is_open_day, is_working_day
from claims.models import Appointment, Dossier, Passage, VisitPolicy
from claims.models.appointments import HalfDay, Side
from claims.services.appointments import said
from claims.workflow import Action, DateKind, DateStatus, State
from portal.demo.dossiers import Claim
from portal.demo.network import Network

S = DateStatus
SECTORS = ("Centre", "Nord", "Vallée", "Rive gauche", "Plateau")
REFUSALS = (
    "L’expert est absent ce jour-là",
    "La tournée de ce jour est complète",
    "Le véhicule n’est pas encore démonté",
)
# What stands on a dossier in each state: kind, share, statuses drawn from, days from today at the earliest and latest.
PLANS: dict[State, tuple[tuple[DateKind, float, tuple[DateStatus, ...], int, int], ...]] = {
    State.AWAITING_VISIT: ((DateKind.FIELD_VISIT, 0.6, (S.PROPOSED, S.PROPOSED, S.OFFERED, S.REFUSED), 1, 12),),
    State.AWAITING_REMOTE: ((DateKind.REMOTE, 0.4, (S.PROPOSED, S.VALIDATED), 1, 9),),
    State.VISIT_PLANNED: ((DateKind.FIELD_VISIT, 1, (S.VALIDATED,), 1, 8),),
    State.IN_PROGRESS: (
        (DateKind.REPAIR, 0.5, (S.PROPOSED, S.VALIDATED), 2, 15),
        (DateKind.DELIVERY, 0.3, (S.PROPOSED, S.VALIDATED), 10, 25),
    ),
    State.AWAITING_INVOICE: ((DateKind.DELIVERY, 0.5, (S.VALIDATED, S.PROPOSED, S.WITHDRAWN), -6, 10),),
}
DAMAGED = ((DateKind.DURING_WORKS, 0.7, (S.PROPOSED, S.VALIDATED, S.OFFERED), 2, 14),)


def dates(rng: Random, claims: list[Claim], today: date) -> list[Appointment]:
    """Not yet saved; each dossier's own column of its next visit is filled."""
    found = []
    for claim in claims:
        state = State(claim.dossier.state)
        plans = PLANS.get(state, ())
        if claim.dossier.ve_procedure and state == State.IN_PROGRESS:
            plans = (*plans, *DAMAGED)
        for kind, share, statuses, first, last in plans if claim.dossier.establishment_id else ():
            if rng.random() < share:
                day = today + timedelta(days=rng.randint(first, last))
                found.append(_date(rng, claim, kind, rng.choice(statuses), day))
    return found


def _date(rng: Random, claim: Claim, kind: DateKind, status: DateStatus, day: date) -> Appointment:
    dossier = claim.dossier
    if claim.dossier.state == State.VISIT_PLANNED and dossier.expertise_on:
        day = dossier.expertise_on
    while not is_open_day(day, claim.site.establishment.postal_code) or day.weekday() == 5:
        day += timedelta(days=1)
    visit = kind in {DateKind.FIELD_VISIT, DateKind.DURING_WORKS}
    row = Appointment(
        dossier=dossier,
        cabinet=claim.cabinet,
        establishment=dossier.establishment,
        kind=kind,
        status=status,
        starts_on=day,
        ends_on=day + timedelta(days=rng.randint(2, 8)) if kind == DateKind.REPAIR else None,
        half=rng.choice([HalfDay.MORNING, HalfDay.AFTERNOON]) if visit and status != S.OFFERED else HalfDay.DAY,
        at=time(rng.randint(8, 17), rng.choice([0, 30])) if visit and status == S.OFFERED else None,
        reason=rng.choice(REFUSALS) if status == S.REFUSED else "",
        version=1 if status == S.PROPOSED else 2,
        moved_by=Side.SHOP if status in {S.PROPOSED, S.WITHDRAWN} else Side.CABINET,
    )
    row.created_at = row.moved_at = _lately(rng, day)
    if kind in {DateKind.FIELD_VISIT, DateKind.REMOTE} and row.is_live:
        dossier.visit_on = day
    return row


def _lately(rng: Random, day: date) -> datetime:
    """A working hour of the days before today, and before the date itself."""
    said = min(timezone.localdate(), day) - timedelta(days=rng.randint(1, 6))
    while not is_working_day(said):
        said -= timedelta(days=1)
    clock = time(rng.randint(8, 17), rng.randint(0, 59))
    return datetime.combine(said, clock, timezone.get_default_timezone())


def passages(rng: Random, network: Network, today: date) -> Iterator[Passage]:
    """Two days a week for each expert, and an absence of some."""
    for code, cabinet in network.cabinets.items():
        for expert in [member for member in network.staff[code] if member.role == CabinetMember.Role.EXPERT]:
            for weekday in sorted(rng.sample(range(5), 2)):
                yield Passage(
                    cabinet=cabinet,
                    expert=expert,
                    weekday=weekday,
                    half=rng.choice([HalfDay.MORNING, HalfDay.AFTERNOON, HalfDay.DAY]),
                    from_on=today - timedelta(days=90),
                    sector=rng.choice(SECTORS),
                    capacity=rng.choice([None, None, 6]),
                )
            yield from _on_a_holiday(cabinet, expert, today)
            if rng.random() < 0.5:
                start = today + timedelta(days=rng.randint(15, 40))
                yield Passage(
                    cabinet=cabinet,
                    expert=expert,
                    mode=Passage.Mode.ABSENCE,
                    from_on=start,
                    to_on=start + timedelta(days=6),
                )


def _on_a_holiday(cabinet: Cabinet, expert: CabinetMember, today: date) -> Iterator[Passage]:
    """Of the first cabinet, one expert works the next holiday that is no Sunday."""
    if cabinet.code != "ATMOS" or expert.pk is None or expert.pk % 3:
        return
    day = next(
        day for day in (today + timedelta(days=n) for n in range(7, 200)) if is_holiday(day) and day.weekday() < 6
    )
    yield Passage(
        cabinet=cabinet,
        expert=expert,
        mode=Passage.Mode.EXTRA,
        from_on=day,
        on_holidays=True,
        half=HalfDay.MORNING,
        sector="Permanence",
    )


def policies(network: Network) -> Iterator[VisitPolicy]:
    """The first cabinet takes only its days of passage."""
    for rank, cabinet in enumerate(network.cabinets.values()):
        yield VisitPolicy(cabinet=cabinet, other_dates=rank > 0)


ANSWERS = {
    S.OFFERED: Action.OFFER_DATE,
    S.VALIDATED: Action.VALIDATE_DATE,
    S.REFUSED: Action.REFUSE_DATE,
    S.WITHDRAWN: Action.WITHDRAW_DATE,
}


def history(rows: list[Appointment]) -> Iterator[JournalEntry]:
    """What was said of each date: the shop's proposal, then the answer."""
    for row in rows:
        answer = ANSWERS.get(DateStatus(row.status))
        yield _told(row, Action.PROPOSE_DATE, Side.SHOP, row.moved_at - timedelta(hours=3 if answer else 0))
        if answer:
            yield _told(row, answer, Side(row.moved_by), row.moved_at)


def _told(row: Appointment, action: Action, by: Side, at: datetime) -> JournalEntry:
    shop = row.establishment.organisation if row.establishment else None
    detail = {"what": said(row.wish, row.kind), "kind": row.kind, "on": row.starts_on.isoformat()}
    return JournalEntry(
        event=action,
        subject_type=Dossier._meta.label_lower,
        subject_id=row.dossier.pk,
        subject_label=row.dossier.reference,
        actor_label=shop.name if by == Side.SHOP and shop else row.cabinet.name,
        cabinet_id=row.cabinet_id,
        establishment_id=row.establishment_id,
        dossier_id=row.dossier.pk,
        at=at,
        detail=detail | ({"reason": row.reason} if row.reason and by == Side.CABINET else {}),
    )
