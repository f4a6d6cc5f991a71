"""How long each step takes, how much comes in, what is refused and why: computed from the rows, for one actor's view.

Every figure is of rows that `visible_to` lets through. A group smaller than the cabinet's minimum is not shown where a
shop or a person could be told from it: `None` stands for « trop peu ».
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import (
    Aggregate,
    Count,
    DurationField,
    ExpressionWrapper,
    F,
    FloatField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.functions import Coalesce, Extract, TruncDate, TruncWeek
from django.utils import timezone

from accounts.scope import Actor
from claims.models import Appointment, Document, Dossier, Supplement
from claims.workflow import DateKind, DateStatus

DAY = 24 * 3600  # seconds
WEEKS = 26


class Percentile(Aggregate):
    """The value a fraction of the rows stay below, as PostgreSQL interpolates it."""

    function = "percentile_cont"
    template = "%(function)s(%(fraction)s) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()

    def __init__(self, fraction: float, expression: Any) -> None:
        super().__init__(expression, fraction=fraction)


@dataclass(frozen=True, slots=True)
class Delay:
    """One step, in days of the calendar; None where there are too few to tell."""

    label: str
    count: int
    median: float | None
    ninetieth: float | None


@dataclass(frozen=True, slots=True)
class Period:
    """From this day to that one, both included."""

    first: date
    last: date

    @classmethod
    def last_weeks(cls, weeks: int = WEEKS) -> "Period":
        today = timezone.localdate()
        return cls(today - timedelta(weeks=weeks) - timedelta(days=today.weekday()), today)

    def of(self, field: str) -> Q:
        return Q(**{f"{field}__gte": self.first, f"{field}__lte": self.last})


def _seconds(since: str, until: str) -> Any:
    """Dates and moments alike."""
    return Extract(ExpressionWrapper(F(until) - F(since), output_field=DurationField()), "epoch")


def _delay(label: str, rows: "QuerySet[Any]", seconds: Any, smallest: int) -> Delay:
    found = rows.order_by().aggregate(
        count=Count("pk"), median=Percentile(0.5, seconds), ninetieth=Percentile(0.9, seconds)
    )
    if found["count"] < smallest or found["median"] is None:
        return Delay(label, found["count"], None, None)
    return Delay(label, found["count"], round(found["median"] / DAY, 1), round(found["ninetieth"] / DAY, 1))


def delays(actor: Actor, period: Period, *, smallest: int, only: Q | None = None) -> list[Delay]:
    """Median and 90th percentile of each step; `only` narrows to the dossiers of a shop or of an expert."""
    chosen = Dossier.objects.visible_to(actor).filter(only or Q()).order_by()

    def of(rows: Any) -> Any:
        return rows if only is None else rows.filter(dossier__in=chosen.values("pk"))

    visits = chosen.filter(period.of("mission_on"))
    visits = visits.filter(expertise_on__isnull=False, expertise_on__gte=F("mission_on"))
    dates = of(Appointment.objects.visible_to(actor)).filter(period.of("created_at__date"))
    dates = dates.filter(status=DateStatus.VALIDATED)
    sent = of(Document.objects.visible_to(actor)).sent().filter(period.of("published_at__date"))
    invoices = sent.filter(kind=Document.Kind.INVOICE)
    decided = of(Supplement.objects.visible_to(actor)).filter(period.of("asked_at__date"), decided_at__isnull=False)
    closed = invoices.filter(dossier__state="termine")
    finished = Appointment.objects.visible_to(actor).filter(dossier=OuterRef("dossier"), kind=DateKind.REPAIR)
    ends = finished.filter(status=DateStatus.VALIDATED).values(day=Coalesce("ends_on", "starts_on"))
    invoiced = invoices.annotate(day=TruncDate("published_at"), done_on=Subquery(ends.order_by("-pk")[:1]))
    steps: list[tuple[str, Any, tuple[str, str]]] = [
        ("De la mission à l’expertise", visits, ("mission_on", "expertise_on")),
        ("De la date proposée à sa validation", dates, ("created_at", "moved_at")),
        ("Du document reçu à sa vérification", sent.exclude(verdict=""), ("published_at", "verdict_at")),
        ("Du complément à la décision", decided, ("asked_at", "decided_at")),
        ("De la fin des travaux à la facture", invoiced.filter(done_on__lte=F("day")), ("done_on", "day")),
        ("De la facture reçue au dossier terminé", closed, ("published_at", "dossier__state_since")),
    ]
    return [_delay(label, rows, _seconds(*span), smallest) for label, rows, span in steps]


@dataclass(frozen=True, slots=True)
class Week:
    """What came in during the week that begins on this Monday."""

    monday: date
    missions: int
    received: int
    closed: int


def volumes(actor: Actor, period: Period) -> list[Week]:
    """Week by week, those without anything too."""
    dossiers, received = Dossier.objects.visible_to(actor), Document.objects.visible_to(actor).sent()
    sources = (
        _weekly(dossiers.filter(period.of("mission_on")), "mission_on"),
        _weekly(received.filter(period.of("published_at__date")), "published_at"),
        _weekly(dossiers.filter(period.of("state_since__date"), state="termine"), "state_since"),
    )
    first = period.first - timedelta(days=period.first.weekday())
    mondays = [first + timedelta(weeks=n) for n in range((period.last - first).days // 7 + 1)]
    return [Week(monday, *(found.get(monday, 0) for found in sources)) for monday in mondays]


def _weekly(rows: "QuerySet[Any]", field: str) -> dict[date, int]:
    weeks = rows.order_by().annotate(week=TruncWeek(field)).values_list("week").annotate(found=Count("pk"))
    return {_day(week): found for week, found in weeks}


def _day(moment: Any) -> date:
    return timezone.localdate(moment) if hasattr(moment, "hour") else moment


def refusals(actor: Actor, period: Period) -> list[tuple[str, int]]:
    """Deposits found « non conforme », by the reason's own words before its particulars; the most frequent first."""
    rows = Document.objects.visible_to(actor).sent().filter(period.of("published_at__date"))
    refused = rows.filter(verdict=Document.Verdict.REFUSED).order_by()
    found: Counter[str] = Counter()
    for reason, count in refused.values_list("verdict_reason").annotate(found=Count("pk")):
        found[reason.split(" : ")[0]] += count
    return found.most_common()


def decisions(actor: Actor, period: Period) -> list[tuple[str, int]]:
    """Compléments by what was decided, those that wait too."""
    rows = Supplement.objects.visible_to(actor).filter(period.of("asked_at__date")).order_by()
    found = dict(rows.values_list("status").annotate(found=Count("pk")))
    return [(str(status.label), found.get(status.value, 0)) for status in Supplement.Status]


def per_expert(actor: Actor, period: Period, *, smallest: int) -> list[tuple[str, int, list[Delay]]]:
    """Each expert's dossiers and delays: for whoever answers for the cabinet, never for a colleague."""
    rows = Dossier.objects.visible_to(actor).filter(period.of("mission_on"), expert__isnull=False).order_by()
    counted = rows.values_list("expert", "expert__user__full_name").annotate(found=Count("pk"))
    return [
        (name, count, delays(actor, period, smallest=smallest, only=Q(expert=expert)))
        for expert, name, count in sorted(counted, key=lambda line: line[1])
    ]


def per_shop(actor: Actor, period: Period, *, smallest: int) -> list[tuple[str, int, Delay]]:
    """The wait from mission to expertise at each shop that has enough dossiers to tell."""
    rows = Dossier.objects.visible_to(actor).filter(period.of("mission_on"), establishment__isnull=False)
    rows = rows.filter(expertise_on__gte=F("mission_on")).order_by()
    seconds = _seconds("mission_on", "expertise_on")
    lines = rows.values("establishment", "establishment__name").annotate(
        found=Count("pk"), median=Percentile(0.5, seconds), ninetieth=Percentile(0.9, seconds)
    )
    return [
        (
            line["establishment__name"],
            line["found"],
            Delay("", line["found"], round(line["median"] / DAY, 1), round(line["ninetieth"] / DAY, 1)),
        )
        for line in sorted(lines.filter(found__gte=smallest), key=lambda line: -line["found"])
    ]
