"""The one place that decides what is expected of whom, and by when.

The answer is stored, a row for each thing (`Expectation`), because lists, counts and reminders sort by its date, and
working days have no SQL here. Rows are decided anew after every fact of the journal, after an import, and once a day
for whatever was missed; reading them costs an index.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time

from django.db import connection
from django.db.models import Exists, F, Max, OuterRef
from django.utils import timezone

from accounts import scope
from accounts.models import Establishment
from accounts.scope import Actor, Kind, System
from claims.calendar import add_working_days
from claims.models import (
    Appointment,
    Awaited,
    CabinetRules,
    Document,
    DocumentRequest,
    Dossier,
    DossierFacts,
    Expectation,
    Supplement,
)
from claims.models.appointments import Side
from claims.models.expectations import stored
from claims.workflow import CHECKING, WAITING, DateKind, DateStatus, State

Who, About = Expectation.Who, Expectation.About
BATCH = 500  # dossiers
SIDE = {Kind.REPAIRER: Who.SHOP, Kind.STAFF: Who.CABINET}

UNSEEN_DAYS = 2  # working days to give another date to a car that was not seen
REMOVAL_DAYS = 3  # working days to have a car taken away, from the day it is told
DECISION_DAYS = 3  # working days to decide a complément, and to read the decision
ANSWER_DAYS = 2  # working days to answer a date
SPOKEN = frozenset({DateStatus.PROPOSED, DateStatus.OFFERED})  # and not yet answered
ANNOUNCES = {State.AWAITING_INVOICE: DateKind.DELIVERY, State.AWAITING_REMOTE: DateKind.REMOTE}

# What ends the shop's turn in a state when it is sent; a date is no document.
ANSWERS: dict[State, frozenset[str]] = {
    State.AWAITING_REMOTE: frozenset({Document.Kind.PHOTO, Document.Kind.REMOTE, Document.Kind.ESTIMATE}),
    State.AWAITING_DOCUMENTS: frozenset(Document.Kind),
    State.AWAITING_INVOICE: frozenset({Document.Kind.INVOICE}),
}


@dataclass(slots=True)
class Facts:
    """What there is to know of one dossier before deciding."""

    dossier: Dossier
    rules: CabinetRules
    sent: dict[str, datetime] = field(default_factory=dict)  # kind → last sent since the state began
    requests: list[DocumentRequest] = field(default_factory=list)
    supplements: list[Supplement] = field(default_factory=list)  # to decide, or whose answer nobody has read
    awaited: list[Awaited] = field(default_factory=list)  # what another app waits for
    dates: dict[str, Appointment] = field(default_factory=dict)  # kind of date → the last word on it, while it holds
    known: DossierFacts = field(default_factory=DossierFacts)  # of a dossier with a fact that waits for somebody

    @property
    def place(self) -> str:
        """The postal code whose holidays count: the shop's, as it is the shop that works."""
        return self.dossier.establishment.postal_code if self.dossier.establishment else ""

    def due(self, since: datetime, days: int | None) -> date | None:
        return None if days is None else add_working_days(timezone.localdate(since), days, self.place)

    def sent_at(self, state: State) -> datetime | None:
        found = [at for kind, at in self.sent.items() if kind in ANSWERS.get(state, ())]
        return max(found, default=None)

    def row(self, kind: str, who: str, due_on: date | None, object_id: int = 0) -> Expectation:
        return Expectation(
            dossier_id=self.dossier.pk,
            establishment_id=self.dossier.establishment_id,
            kind=kind,
            object_id=object_id,
            who=who,
            due_on=due_on,
            state_since=self.dossier.state_since,
        )


def decide(facts: Facts) -> list[Expectation]:
    """Everything expected about a dossier now, unsaved."""
    if not facts.dossier.is_open:
        return []
    asides = [facts.row(row.kind, row.who, row.due_on, row.object_id) for row in facts.awaited]
    asides += [_supplement(facts, row) for row in facts.supplements]
    requests = [_request(facts, request) for request in facts.requests if request.is_open]
    dates = [_date(facts, row) for row in facts.dates.values() if row.status in SPOKEN]
    asides += _incidents(facts)
    state = State(facts.dossier.state)
    visit = facts.dates.get(DateKind.FIELD_VISIT)
    spoken = visit is not None and visit.status in SPOKEN
    if facts.dossier.unseen_on and state in {State.AWAITING_VISIT, State.VISIT_PLANNED}:
        return [*asides, *requests, *dates]
    if (state == State.AWAITING_DOCUMENTS and requests) or (state == State.AWAITING_VISIT and spoken):
        return [*asides, *requests, *dates]  # they say more than the state does
    return [*asides, *requests, *dates, _state(facts, state)]


def _request(facts: Facts, request: DocumentRequest) -> Expectation:
    if request.answered_at is None:
        return facts.row(About.REQUEST, Who.SHOP, request.due_on, request.pk)
    days = CHECKING[State.AWAITING_DOCUMENTS].working_days
    return facts.row(About.REQUEST, Who.CABINET, facts.due(request.answered_at, days), request.pk)


def _date(facts: Facts, row: Appointment) -> Expectation:
    """Whoever did not speak last answers, before the day itself."""
    due_on = min(facts.due(row.moved_at, ANSWER_DAYS) or row.starts_on, row.starts_on)
    who = Who.CABINET if row.status == DateStatus.PROPOSED else Who.SHOP
    return facts.row(About.DATE, who, due_on, row.pk)


def _supplement(facts: Facts, row: Supplement) -> Expectation:
    """The expert decides; then the shop reads what was decided."""
    if row.decided_at is not None:
        return facts.row(About.ANSWER, Who.SHOP, facts.due(row.decided_at, DECISION_DAYS), row.pk)
    return facts.row(About.SUPPLEMENT, Who.CABINET, facts.due(row.asked_at, DECISION_DAYS), row.pk)


def _incidents(facts: Facts) -> list[Expectation]:
    """A car not seen, not collected, or to be examined under repair: each until it is done."""
    dossier, known, found = facts.dossier, facts.known, list[Expectation]()
    visit = facts.dates.get(DateKind.FIELD_VISIT)
    if dossier.unseen_on and not (visit is not None and visit.status in SPOKEN):
        who = Who.SHOP if known.unseen_by == Side.CABINET else Who.CABINET
        due = add_working_days(dossier.unseen_on, UNSEEN_DAYS, facts.place)
        found.append(facts.row(About.UNSEEN, who, due))
    if dossier.uncollected_on:
        told = known.uncollected_told_on or dossier.uncollected_on
        found.append(facts.row(About.UNCOLLECTED, Who.CABINET, add_working_days(told, REMOVAL_DAYS, facts.place)))
    exams = {DateKind.DURING_WORKS: known.during_works_on, DateKind.AFTER_WORKS: known.after_works_on}
    for kind, done_on in exams.items():
        row = facts.dates.get(kind)
        if row is not None and row.status == DateStatus.VALIDATED and done_on is None:
            found.append(facts.row(About.EXAM, Who.CABINET, row.starts_on, row.pk))
    return found


def _announced(facts: Facts, state: State, due_on: date | None) -> date | None:
    """A date that was announced is waited for: nobody is chased before (EG-07)."""
    row = facts.dates.get(ANNOUNCES[state]) if state in ANNOUNCES else None
    return max(due_on, row.ends_on or row.starts_on) if row and due_on else due_on


def _state(facts: Facts, state: State) -> Expectation:
    turn, since = WAITING[state], facts.dossier.state_since
    sent_at = facts.sent_at(state)
    if state == State.AWAITING_DOCUMENTS:
        sent_at = max(
            [at for at in (sent_at, *(r.done_at for r in facts.requests)) if at and at >= since], default=None
        )
    if turn.who == Kind.REPAIRER and sent_at is not None:
        return facts.row(state, Who.CABINET, facts.due(sent_at, CHECKING[state].working_days))
    due_on = _announced(facts, state, facts.due(since, facts.rules.days(state)))
    return facts.row(state, SIDE[turn.who or Kind.STAFF], due_on)


# Keeping the rows ----------------------------------------------------------------------------------------------------


def refresh(dossier_ids: Iterable[int]) -> None:
    """Decide anew about these dossiers, and keep what was counted of reminders where the expectation is the same."""
    wanted = sorted(set(dossier_ids))
    for first in range(0, len(wanted), BATCH):
        ids = wanted[first : first + BATCH]
        with scope.system(System.FOLLOW_UP):
            _store([row for facts in _gather(ids) for row in decide(facts)], ids)


def expected_of(dossier: Dossier, actor: Actor) -> list[Expectation]:
    """What is expected about a dossier, by date; decided now where nobody has since its state began."""
    rows = stored(dossier)
    if not dossier.is_open or any(row.state_since == dossier.state_since for row in rows):
        return rows if dossier.is_open else []
    refresh([dossier.pk])
    return list(Expectation.objects.visible_to(actor).filter(dossier=dossier).order_by("due_on", "pk"))


def _gather(ids: list[int]) -> list[Facts]:
    """Whatever the number of dossiers, the same few statements; the rows are held against two deciding at once."""
    locked = Dossier.objects.filter(pk__in=ids).order_by("pk").select_for_update(of=("self",), no_key=True)
    dossiers = list(
        locked.select_related("establishment").only(
            "cabinet", "state", "state_since", "unseen_on", "uncollected_on", "establishment__postal_code"
        )
    )
    rules = {row.cabinet_id: row for row in CabinetRules.objects.filter(cabinet__in={d.cabinet_id for d in dossiers})}
    found = {dossier.pk: Facts(dossier, rules.get(dossier.cabinet_id) or CabinetRules()) for dossier in dossiers}
    sent = Document.objects.accepted().filter(dossier__in=ids, published_at__gte=F("dossier__state_since"))
    for pk, kind, at in sent.values_list("dossier", "kind").annotate(Max("published_at")).order_by():
        found[pk].sent[kind] = at
    for request in DocumentRequest.objects.filter(dossier__in=ids, withdrawn_at=None).order_by("pk"):
        found[request.dossier_id].requests.append(request)
    for supplement in Supplement.objects.filter(dossier__in=ids, read_at=None).order_by("pk"):
        found[supplement.dossier_id].supplements.append(supplement)
    for awaited in Awaited.objects.filter(dossier__in=ids).order_by("pk"):
        found[awaited.dossier_id].awaited.append(awaited)
    for row in Appointment.objects.current().live().filter(dossier__in=ids).order_by("pk"):
        found[row.dossier_id].dates[row.kind] = row
    for known in DossierFacts.objects.filter(dossier__in=ids):
        found[known.dossier_id].known = known
    return list(found.values())


def _key(row: Expectation) -> tuple[int, str, int]:
    return row.dossier_id, row.kind, row.object_id


def _same(former: Expectation, row: Expectation) -> bool:
    return former.who == row.who and (bool(row.object_id) or former.state_since == row.state_since)


def _store(rows: list[Expectation], ids: list[int]) -> None:
    known = {_key(row): row for row in Expectation.objects.filter(dossier__in=ids)}
    wanted = {_key(row): row for row in rows}
    for key, row in wanted.items():
        if (former := known.get(key)) and _same(former, row):
            row.reminders, row.reminded_on = former.reminders, former.reminded_on
    gone = [row.pk for key, row in known.items() if key not in wanted]
    if gone:
        Expectation.objects.filter(pk__in=gone).delete()
    # The establishment too: whoever corrects a SIRET may not move these rows by hand.
    fields = ["who", "state_since", "due_on", "reminders", "reminded_on", "establishment_id"]
    changed = [row for key, row in wanted.items() if key not in known or _differ(known[key], row, fields)]
    Expectation.objects.bulk_create(
        changed, update_conflicts=True, unique_fields=["dossier", "kind", "object_id"], update_fields=fields
    )


def _differ(former: Expectation, row: Expectation, fields: list[str]) -> bool:
    return any(getattr(former, name) != getattr(row, name) for name in fields)


def decide_again(cabinet_id: int) -> None:
    """Everything expected about a cabinet's dossiers: its delays have changed."""
    with scope.system(System.FOLLOW_UP):
        rows = Expectation.objects.filter(cabinet=cabinet_id).values_list("dossier", flat=True)
        ids = list(rows.distinct().order_by())
    refresh(ids)


def reconcile(cabinet_id: int | None = None) -> int:
    """Decide about every open dossier nobody has decided about since it came to its state; how many there were.

    For what enters without the journal's signal: imports, a demonstration, a state written by an earlier release.
    """
    done, last = _spread(cabinet_id), 0
    while ids := _undecided(cabinet_id, last):
        refresh(ids)
        done, last = done + len(ids), ids[-1]
    with scope.system(System.FOLLOW_UP):
        closed = Expectation.objects.filter(dossier__state=State.CLOSED)
        (closed if cabinet_id is None else closed.filter(cabinet=cabinet_id)).delete()
    return done


# Undecided dossiers of which nothing is known but their state: those that are alike in the rest share one decision.
PLAIN = """
CREATE TEMP TABLE plain_dossier ON COMMIT DROP AS
SELECT d.id, d.cabinet_id AS cabinet, d.establishment_id, d.state,
  (d.state_since AT TIME ZONE 'Europe/Paris')::date AS day, d.state_since, COALESCE(e.postal_code, '') AS place
FROM claims_dossier d LEFT JOIN accounts_establishment e ON e.id = d.establishment_id
WHERE d.state <> 'termine' AND (%(cabinet)s::bigint IS NULL OR d.cabinet_id = %(cabinet)s)
  AND NOT EXISTS (SELECT FROM claims_expectation x WHERE x.dossier_id = d.id AND x.state_since = d.state_since)
  AND NOT EXISTS (SELECT FROM claims_document p WHERE p.dossier_id = d.id AND p.direction = 'sent'
    AND p.published_at >= d.state_since)
  AND NOT EXISTS (SELECT FROM claims_documentrequest r WHERE r.dossier_id = d.id AND r.withdrawn_at IS NULL)
  AND d.unseen_on IS NULL AND d.uncollected_on IS NULL
  AND NOT EXISTS (SELECT FROM claims_appointment a WHERE a.dossier_id = d.id AND a.is_current)
  AND NOT EXISTS (SELECT FROM claims_supplement s WHERE s.dossier_id = d.id AND s.read_at IS NULL)
  AND NOT EXISTS (SELECT FROM claims_awaited w WHERE w.dossier_id = d.id)
"""
ALIKE = "SELECT DISTINCT cabinet, state, day, place FROM plain_dossier"
FORMER = "DELETE FROM claims_expectation WHERE dossier_id IN (SELECT id FROM plain_dossier)"
SPREAD = """
INSERT INTO claims_expectation
  (dossier_id, cabinet_id, establishment_id, kind, object_id, who, state_since, due_on, reminders)
SELECT p.id, p.cabinet, p.establishment_id, a.kind, 0, a.who, p.state_since, a.due_on, 0
FROM plain_dossier p JOIN unnest(%s::bigint[], %s::text[], %s::date[], %s::text[], %s::text[], %s::text[], %s::date[])
  AS a (cabinet, state, day, place, kind, who, due_on) USING (cabinet, state, day, place)
"""


def _spread(cabinet_id: int | None) -> int:
    """One decision for all that are alike, written by one statement: an import brings them by the hundred thousand."""
    with scope.system(System.FOLLOW_UP), connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS plain_dossier")
        cursor.execute(PLAIN, {"cabinet": cabinet_id})
        cursor.execute("ANALYZE plain_dossier")
        cursor.execute(ALIKE)
        alike = cursor.fetchall()
        rules = {row.cabinet_id: row for row in CabinetRules.objects.all()}
        decided = [
            (*group, row.kind, row.who, row.due_on)
            for group in alike
            for row in decide(_like(group, rules.get(group[0]) or CabinetRules()))
        ]
        if not decided:
            return 0
        cursor.execute(FORMER)
        cursor.execute(SPREAD, [list(column) for column in zip(*decided, strict=True)])
        return int(cursor.rowcount)


def _like(group: tuple[int, str, date, str], rules: CabinetRules) -> Facts:
    """A dossier like these, of which nothing else is known."""
    cabinet, state, day, place = group
    noon = datetime.combine(day, time(12), tzinfo=timezone.get_default_timezone())
    dossier = Dossier(
        cabinet_id=cabinet, state=state, state_since=noon, establishment=Establishment(postal_code=place)
    )
    return Facts(dossier, rules)


def _undecided(cabinet_id: int | None, after: int) -> list[int]:
    with scope.system(System.FOLLOW_UP):
        decided = Expectation.objects.filter(dossier=OuterRef("pk"), state_since=OuterRef("state_since"))
        rows = Dossier.objects.exclude(state=State.CLOSED).filter(~Exists(decided), pk__gt=after)
        if cabinet_id is not None:
            rows = rows.filter(cabinet=cabinet_id)
        return list(rows.order_by("pk").values_list("pk", flat=True)[: 4 * BATCH])
