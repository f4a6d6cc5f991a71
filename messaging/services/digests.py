"""The letters of a day: written once a person, day and moment; their words are found as they leave.

A run may be repeated and interrupted: each letter is a transaction of its own, and a unique key says that it stands.
What a letter carries is fixed when it is written, so that the same letter sent twice after a crash says the same.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from accounts import journal, scope
from accounts.models import User
from accounts.scope import Actor, System, TenantModel
from claims.calendar import is_working_day
from messaging.models import Channel, ChannelChoice, Digest, Notification
from messaging.rules import subject_of, why_not
from messaging.services.letters import line_of
from messaging.services.sections import waiting_for
from messaging.topics import LetterFact, Topic

Moment = Digest.Moment
State = Notification.State
# When a letter may be written, in Paris: the end of each is how late an outage may make it.
WINDOWS: dict[str, tuple[time, time]] = {
    Moment.MORNING: (time(7, 30), time(12)),
    Moment.EVENING: (time(17, 30), time(20, 30)),
}
EVENTS: dict[str, LetterFact] = {
    Moment.MORNING: LetterFact.MORNING_DIGEST,
    Moment.EVENING: LetterFact.EVENING_DIGEST,
}
TOPIC: dict[str, Topic] = {Moment.MORNING: Topic.MORNING, Moment.EVENING: Topic.EVENING}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing told: the words of its mail's subject, and where it leads."""

    text: str
    link: str
    at: datetime


def moments_due(now: datetime | None = None) -> list[str]:
    """Which letters it is the time for: none on a Sunday or a public holiday."""
    here = timezone.localtime(now)
    if not is_working_day(here.date()):
        return []
    return [moment for moment, (begin, end) in WINDOWS.items() if begin <= here.time() < end]


def write_due(moments: list[str] | None = None) -> int:
    """Write the letters that are due and do not stand yet; how many were new."""
    today, due = timezone.localdate(), moments_due() if moments is None else moments
    return sum(_write(user, today, moment) for moment in due for user in _readers(today, moment))


def _readers(today: date, moment: str) -> Iterator[int]:
    """Those who asked for it and, in the morning, those for whom something was kept; without today's letter."""
    with scope.system(System.OUTBOX):
        wanted = Q(pk__in=ChannelChoice.objects.filter(topic=TOPIC[moment], channel=Channel.MAIL).values("user"))
        if moment == Moment.MORNING:
            held = Notification.objects.filter(state=State.HELD, digest=None)
            wanted |= Q(pk__in=held.values("recipient"))
        written = Digest.objects.filter(day=today, moment=moment).values("user")
        people = User.objects.filter(wanted, is_active=True).exclude(pk__in=written).order_by("pk")
        yield from list(people.values_list("pk", flat=True))


def _write(user_id: int, today: date, moment: str) -> bool:
    """One letter, with what was kept for it; whoever wrote it a moment ago wrote it."""
    with transaction.atomic(), scope.system(System.OUTBOX) as actor:
        digest, new = Digest.objects.get_or_create(user_id=user_id, day=today, moment=moment)
        if not new:
            return False
        if moment == Moment.MORNING:
            Notification.objects.filter(recipient=user_id, state=State.HELD, digest=None).update(digest=digest)
        journal.record(digest, EVENTS[moment], actor=actor)
    return True


def fill(digest: Digest) -> None:
    """Find its words under its reader's own scope; what is no longer to be told is marked so, with its reason."""
    told: list[Line] = []
    kept = Notification.objects.filter(digest=digest, state=State.HELD).order_by("pk")
    with scope.acting_as(digest.user_id) as reader:
        digest.waiting = waiting_for(reader) if _wants_what_waits(digest) else []
    for row in kept.select_related("recipient"):
        subject = subject_of(row)
        reason = why_not(row, subject) or _not_theirs(subject, digest.user_id)
        if reason:
            Notification.objects.filter(pk=row.pk).update(state=State.SKIPPED, reason=reason, digest=None)
        else:
            told.append(Line(*line_of(row, subject), row.created_at))
    digest.lines_told = told


def _wants_what_waits(digest: Digest) -> bool:
    chosen = ChannelChoice.objects.filter(user=digest.user_id, topic=TOPIC[digest.moment], channel=Channel.MAIL)
    return chosen.exists()


def _not_theirs(subject: Any, user_id: int) -> str:
    """Ask their own fence once more: what they may not see is not named in a letter either."""
    with scope.acting_as(user_id) as reader:
        return "" if _sees(reader, subject) else "le destinataire n’y a plus accès"


def _sees(reader: Actor, subject: Any) -> bool:
    if not isinstance(subject, TenantModel):
        return True
    rows: Any = type(subject)
    return bool(rows.objects.visible_to(reader).filter(pk=subject.pk).exists())


def settle(digest_id: int, state: str) -> None:
    """Its lines were told with it; those of a letter that did not leave wait for the next."""
    lines = Notification.objects.filter(digest=digest_id, state=State.HELD)
    if state == State.SENT:
        lines.update(state=State.SENT, sent_at=Now(), reason="dans le résumé du matin")
    else:
        lines.update(digest=None)
