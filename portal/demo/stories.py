"""What happened to a dossier, moment by moment: a walk along the workflow's own table to the wanted state."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random

from django.utils import timezone

from accounts.scope import Kind
from claims.models import Document
from claims.workflow import Action, State, moves

K = Document.Kind


@dataclass(slots=True)
class Moment:
    """A move of the dossier, or a document that arrives (`sent`: from the shop)."""

    action: Action | None = None
    kind: Document.Kind | None = None
    sent: bool = False
    before: State = State.RECEIVED
    after: State = State.RECEIVED
    at: datetime = field(init=False)


# Age of the mission in days, by state.
AGES: dict[State, tuple[int, int]] = {
    State.RECEIVED: (1, 3),
    State.AWAITING_REMOTE: (1, 8),
    State.AWAITING_VISIT: (1, 9),
    State.VISIT_PLANNED: (2, 12),
    State.AWAITING_DOCUMENTS: (5, 25),
    State.IN_PROGRESS: (6, 40),
    State.AWAITING_INVOICE: (12, 70),
    State.CLOSED: (25, 540),
}
SHARES: dict[State, int] = {
    State.RECEIVED: 3,
    State.AWAITING_REMOTE: 5,
    State.AWAITING_VISIT: 6,
    State.VISIT_PLANNED: 8,
    State.AWAITING_DOCUMENTS: 9,
    State.IN_PROGRESS: 14,
    State.AWAITING_INVOICE: 12,
    State.CLOSED: 43,
}
# Which documents come before and after a move, and how often.
Papers = tuple[tuple[Document.Kind, float], ...]
CONCLUSIONS: Papers = ((K.MINUTES, 0.15), (K.INTERIM_REPORT, 0.75), (K.COVERAGE, 0.45))
BEFORE: dict[Action, Papers] = {
    Action.START_WORKS: ((K.ESTIMATE, 0.25),),
    Action.ACCEPT_DOCUMENTS: ((K.ESTIMATE, 0.5),),
    Action.CLOSE: ((K.INVOICE, 0.65),),
}
AFTER: dict[Action, Papers] = {
    Action.RECEIVE: ((K.ORDER, 0.5),),
    Action.PLAN_VISIT: ((K.LETTER, 0.04),),
    Action.REQUEST_DOCUMENTS: ((K.LETTER, 0.2),),
    Action.START_WORKS: CONCLUSIONS,
    Action.ACCEPT_DOCUMENTS: CONCLUSIONS,
    Action.REOPEN_FOR_SUPPLEMENT: ((K.INTERIM_REPORT, 1.0),),
    Action.REFUSE_INVOICE: ((K.LETTER, 1.0),),
    Action.CLOSE: ((K.REPORT, 0.85),),
}
SHARE_WITH_PHOTOS = 0.01  # beside one dossier in twenty


def story(rng: Random, state: State, today: date, *, photos: bool) -> list[Moment]:
    """Moments in order of time, all before today, so that a day's loadings are alike at any hour."""
    moments = _moments(rng, _route(rng, state))
    if photos and len(moments) > 2:
        place = rng.randint(2, len(moments))
        sent = rng.random() < 0.7
        moments[place:place] = [Moment(kind=K.PHOTO, sent=sent) for _ in range(rng.randint(3, 5))]
    low, high = AGES[state]
    age = low + int((high - low) * rng.random() ** (1.6 if state == State.CLOSED else 1))
    span = min(age - 1, rng.randint(15, 75)) if state == State.CLOSED else age - 1
    for moment, at in zip(moments, _times(rng, today - timedelta(days=age), span, len(moments)), strict=True):
        moment.at = at
    return moments


def _route(rng: Random, state: State) -> list[Action]:
    route = [Action.RECEIVE]
    if state == State.RECEIVED:
        return route
    remote = state == State.AWAITING_REMOTE or (state != State.AWAITING_VISIT and rng.random() < 0.25)
    route.append(Action.REQUEST_REMOTE if remote else Action.REQUEST_VISIT)
    if state in {State.AWAITING_REMOTE, State.AWAITING_VISIT}:
        return route
    route.append(Action.PLAN_VISIT)
    if state == State.VISIT_PLANNED:
        return route
    if state == State.AWAITING_DOCUMENTS:
        return [*route, Action.REQUEST_DOCUMENTS]
    return [*route, *_works(rng, state)]


def _works(rng: Random, state: State) -> list[Action]:
    direct = rng.random() < 0.6
    route = [Action.START_WORKS] if direct else [Action.REQUEST_DOCUMENTS, Action.ACCEPT_DOCUMENTS]
    if rng.random() < 0.12:
        route += [Action.REQUEST_INVOICE, Action.REOPEN_FOR_SUPPLEMENT]
    if state == State.IN_PROGRESS:
        return route
    route.append(Action.REQUEST_INVOICE)
    if state == State.AWAITING_INVOICE:
        return [*route, Action.CLOSE, Action.REFUSE_INVOICE] if rng.random() < 0.05 else route
    return [*route, Action.CLOSE]


def _moments(rng: Random, route: list[Action]) -> list[Moment]:
    """The route with its documents; the workflow's table says where each move leads."""
    state, moments = State.RECEIVED, list[Moment]()
    for action in route:
        last = action is route[-1]
        moments += [Moment(kind=kind, sent=True) for kind, share in BEFORE.get(action, ()) if rng.random() < share]
        before, state = state, moves(action, state, Kind.STAFF)[0].to or state
        moments.append(Moment(action=action, before=before, after=state))
        moments += [
            Moment(kind=kind)
            for kind, share in AFTER.get(action, ())
            if rng.random() < share and (kind != K.REPORT or last)
        ]
    return moments


def _times(rng: Random, first: date, span: int, count: int) -> list[datetime]:
    """`count` moments of working days and hours, in order, the first on the first day."""
    days = [0, *(rng.randint(0, span) for _ in range(count - 1))]
    return sorted(_working_time(rng, first + timedelta(days=day)) for day in days)


def _working_time(rng: Random, day: date) -> datetime:
    friday = day - timedelta(days=max(0, day.weekday() - 4))
    clock = time(rng.randint(8, 17), rng.randint(0, 59), rng.randint(0, 59))
    return datetime.combine(friday, clock, tzinfo=timezone.get_default_timezone())


def next_working_day(day: date) -> date:
    return day + timedelta(days={5: 2, 6: 1}.get(day.weekday(), 0))
