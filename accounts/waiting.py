"""What waits for the people of a cabinet, and a cabinet's first steps: each app announces its own.

The dashboard draws what was announced, in the order of `place`, as far as the rights of whoever looks go; it knows no
model of any app.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, IntegerField, Q, QuerySet, Value

from accounts.menus import Menu
from accounts.scope import Actor

Rows = QuerySet[Any]


def never(_actor: Actor) -> Q:
    """Nothing here has a deadline."""
    return Q(pk__in=())


@dataclass(frozen=True, slots=True)
class Queue:
    """One kind of work: its rows, which of them are late, and the page that shows them."""

    label: str
    menu: Menu  # the right that opens its page
    rows: Callable[[Actor], Rows]
    url: str  # the name of the page, « admin:claims_dossier_changelist »
    place: int
    query: dict[str, str] = field(default_factory=dict)  # what the page is asked for
    late: Callable[[Actor], Q] = never
    dossier: str = ""  # from a row to its dossier; empty: it hangs on none, and is everybody's
    only_mine: str = "suivi"  # how the page is asked for one's own dossiers

    def counted(self, actor: Actor, number: int, mine: Rows | None = None) -> Rows:
        """One line: this number, how many there are, how many are late; of these dossiers only, when given."""
        rows = self.rows(actor)
        if mine is not None and self.dossier:
            rows = rows.filter(**{f"{self.dossier}__in": mine})
        line = rows.order_by().values(queue_no=Value(number, IntegerField()))
        counted: Rows = line.annotate(found=Count("pk"), late_ones=Count("pk", filter=self.late(actor)))
        return counted

    def asked(self, *, mine: bool) -> dict[str, str]:
        return self.query | ({self.only_mine: "moi"} if mine and self.dossier else {})


@dataclass(frozen=True, slots=True)
class FirstStep:
    """Something a new cabinet does once; `done` looks at its rows, nobody ticks anything."""

    label: str
    why: str
    menu: Menu
    url: str
    done: Callable[[Actor], bool]
    place: int


_queues: dict[str, Queue] = {}
_steps: dict[str, FirstStep] = {}


def announce(*queues: Queue) -> None:
    """Put work on the dashboard; announced twice under one label, the later holds."""
    _queues.update({queue.label: queue for queue in queues})


def begin_with(*steps: FirstStep) -> None:
    """Put steps on a new cabinet's list."""
    _steps.update({step.label: step for step in steps})


def queues_for(actor: Actor) -> list[Queue]:
    return [queue for queue in sorted(_queues.values(), key=lambda one: one.place) if actor.opens(queue.menu)]


def counts(queues: list[Queue], actor: Actor, mine: Rows | None = None) -> list[tuple[int, int]]:
    """How many wait in each, and how many of them are late: one statement, however many queues."""
    if not queues:
        return []
    first, *others = (queue.counted(actor, number, mine) for number, queue in enumerate(queues))
    found = {line["queue_no"]: (line["found"], line["late_ones"]) for line in first.union(*others, all=True)}
    return [found.get(number, (0, 0)) for number in range(len(queues))]


def steps_for(actor: Actor) -> list[FirstStep]:
    return [step for step in sorted(_steps.values(), key=lambda one: one.place) if actor.opens(step.menu)]
