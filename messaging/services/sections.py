"""What the letters of a day say of what waits: each app adds its lines, written for one reader, as they leave."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.utils import timezone

from accounts.menus import Menu
from accounts.scope import Actor, Kind, Right
from claims.models import Appointment, CallBack, Expectation, Memo
from messaging.links import address


@dataclass(frozen=True, slots=True)
class Waiting:
    """One line: how many of what, and the page that shows them. No name of anybody."""

    label: str
    count: int
    link: str


Section = Callable[[Actor], Iterable[Waiting]]
_SECTIONS: dict[Kind, list[Section]] = {Kind.REPAIRER: [], Kind.STAFF: []}


def contribute(kind: Kind, section: Section) -> None:
    """Let an app add lines for this side; `section` runs under the reader's own scope."""
    _SECTIONS[kind].append(section)


def waiting_for(actor: Actor) -> list[Waiting]:
    """What waits for this person now, without what is done or nobody's."""
    found = (line for section in _SECTIONS.get(actor.kind, ()) for line in section(actor))
    return [line for line in found if line.count]


def _of_shop(actor: Actor) -> list[Waiting]:
    """« À faire », and the dates of the day."""
    viewer, today = actor.where(Right.VIEW), timezone.localdate()
    mine = Expectation.objects.visible_to(viewer).of_shops()
    dates = Appointment.objects.visible_to(viewer).current().live().between(today, today)
    return [
        Waiting("Attendu de vous, en retard", mine.filter(due_on__lt=today).count(), address("todo")),
        Waiting("Attendu de vous aujourd’hui", mine.filter(due_on=today).count(), address("todo")),
        Waiting("Attendu de vous ensuite", mine.filter(due_on__gt=today).count(), address("todo")),
        Waiting("Dates du jour dans l’agenda", dates.count(), address("agenda")),
    ]


def _memos(actor: Actor) -> list[Waiting]:
    """Personal reminders, one's own and those colleagues share."""
    today = timezone.localdate()
    rows = Memo.objects.visible_to(actor.where(Right.VIEW)).to_do().filter(on__lte=today)
    return [Waiting("Rappels personnels à faire", rows.count(), address("agenda"))]


def _calls(actor: Actor) -> list[Waiting]:
    rows = CallBack.objects.visible_to(actor).open() if actor.opens(Menu.REQUESTS) else CallBack.objects.none()
    return [Waiting("Réparateurs à rappeler", rows.count(), address("admin:claims_callback_changelist"))]


contribute(Kind.REPAIRER, _of_shop)
contribute(Kind.REPAIRER, _memos)
contribute(Kind.STAFF, _memos)
contribute(Kind.STAFF, _calls)
