"""Queue, claim, send, mark: a mail leaves if and only if what it tells was committed.

Each step is a transaction of its own under the outbox's scope. Between claim and mark a killed sender leaves a lease
that runs out; another sends again, with the same Message-ID. `attempts` is the fencing token: whoever marks must hold
the number they claimed with.
"""

import logging
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import DatabaseError, models
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from accounts import scope
from accounts.models import JournalEntry
from accounts.scope import System
from accounts.services import settle_knocks
from messaging.models import Channel, Digest, Notification
from messaging.rules import TELL, subject_of, why_not
from messaging.services import digests
from messaging.services.channels import channel_of, channels_of, mailed
from messaging.services.failures import GIVE_UP_AFTER, UNREACHABLE, delay, judge, unreachable_delay
from messaging.services.letters import compose

logger = logging.getLogger(__name__)

State = Notification.State
LEASE = timedelta(seconds=60)  # more than twice EMAIL_TIMEOUT; renewed before each mail of a batch
BATCH = 10
WINDOW = 200
ON_THE_PORTAL = "le destinataire a choisi de le lire sur le portail"


@dataclass(slots=True)
class Report:
    """What one run did, in mails."""

    sent: int = 0
    skipped: int = 0
    held: int = 0
    postponed: int = 0
    failed: int = 0


def tell(entry: JournalEntry, subject: models.Model) -> bool:
    """Queue what `entry` is to tell, in its transaction; twice is once. Whether a mail may leave now."""
    rule = TELL.get(entry.event)
    if rule is None:
        return False
    with scope.system(System.OUTBOX):
        people = list(mailed(rule.people(subject), entry.event, subject))
        ways = channels_of(entry.event, subject, [user.pk for user in people])
        rows = [
            Notification(
                key=f"{entry.event}:{entry.subject_type}:{entry.subject_id}:{rule.version(entry)}:{user.pk}:mail",
                event=entry.event,
                subject_type=entry.subject_type,
                subject_id=entry.subject_id,
                recipient=user,
                cabinet_id=entry.cabinet_id,
                establishment_id=entry.establishment_id,
                not_before=Now(),
                state=State.HELD if ways[user.pk] == Channel.DIGEST else State.QUEUED,
            )
            for user in people
            if ways[user.pk] != Channel.PORTAL
        ]
        Notification.objects.bulk_create(rows, ignore_conflicts=True)
    return any(row.state == State.QUEUED for row in rows)


def send_due(*, seconds: float = 45) -> Report:
    """Send what is due until nothing is, or until the time is over; any number of senders may run at once.

    What strangers asked at the door comes first: it is what makes some of the mails.
    """
    settle_knocks()
    report, until = Report(), time.monotonic() + seconds
    while time.monotonic() < until and (rows := _claim()):
        relay = get_connection()
        try:
            for row in rows:
                if time.monotonic() >= until:
                    _still_ours(row).update(leased_until=None)
                else:
                    _deliver(row, relay, report)
        finally:
            _close(relay)
    return report


def wake_waiting() -> None:
    """Let what waits for an unreachable server leave now: somebody has just repaired it."""
    with scope.system(System.OUTBOX):
        _queued().filter(reason=UNREACHABLE, leased_until=None).update(not_before=Now())


def _queued() -> QuerySet[Notification]:
    return Notification.objects.filter(state=State.QUEUED)


def _claim() -> list[Notification]:
    """Up to ten due mails, leased; none while a mail still waits for a server that did not answer.

    The mails about one object reach one person in the order they were written.
    """
    with scope.system(System.OUTBOX):
        if _queued().filter(reason=UNREACHABLE, not_before__gt=Now()).exists():
            return []
        rows = _pick(WINDOW) or _pick()
        claimed = Notification.objects.filter(pk__in=[row.pk for row in rows])
        claimed.update(attempts=F("attempts") + 1, leased_until=Now() + LEASE)
        for row in rows:
            row.attempts += 1
    return rows


def _pick(window: int | None = None) -> list[Notification]:
    """Up to ten free mails, locked; `window` looks at the oldest only, as a long queue is slow to look through."""
    earlier = _queued().filter(
        recipient=OuterRef("recipient"),
        subject_type=OuterRef("subject_type"),
        subject_id=OuterRef("subject_id"),
        pk__lt=OuterRef("pk"),
    )
    free = Q(leased_until=None) | Q(leased_until__lte=Now())
    due = _queued().filter(free, not_before__lte=Now()).order_by("not_before", "pk")
    oldest = due.filter(pk__in=list(due.values_list("pk", flat=True)[:window])) if window else due
    return list(oldest.filter(~Exists(earlier)).select_for_update(of=("self",), skip_locked=True)[:BATCH])


def _deliver(row: Notification, relay: BaseEmailBackend, report: Report) -> None:
    """One mail, whatever happens to it; one that cannot be written must not hold the others back."""
    try:
        mail = _prepare(row, report)
        if mail is None:
            return
        if not _reach(relay):
            _postpone(row, report, UNREACHABLE, unreachable_delay(row.attempts))
            return
        relay.send_messages([mail])
    except DatabaseError:
        raise
    except Exception as problem:  # noqa: BLE001 -- see above; each is judged, and none is silent
        _close(relay)
        _note(row, report, problem)
    else:
        report.sent += _mark(row, state=State.SENT, sent_at=Now(), reason="")


def _prepare(row: Notification, report: Report) -> EmailMultiAlternatives | None:
    """Renew the lease, ask again whether it may leave, and write it; nothing if another sender took over."""
    with scope.system(System.OUTBOX):
        if not _still_ours(row).update(leased_until=Now() + LEASE):
            return None
        subject = subject_of(row)
        if isinstance(subject, Digest):
            digests.fill(subject)
        reason = why_not(row, subject)
        way = Channel.MAIL if reason else channel_of(row.event, subject, row.recipient_id)
        if not reason and way == Channel.MAIL:
            return compose(row, subject)
    if way == Channel.DIGEST:
        report.held += _mark(row, state=State.HELD)
    else:
        report.skipped += _mark(row, state=State.SKIPPED, reason=reason or ON_THE_PORTAL)
    return None


def _reach(relay: BaseEmailBackend) -> bool:
    """Open the connection unless it is open."""
    try:
        relay.open()
    except OSError as problem:  # smtplib's own exceptions are OSErrors
        logger.warning("The mail server cannot be reached: %s", type(problem).__name__)
        return False
    return True


def _close(relay: BaseEmailBackend) -> None:
    try:
        relay.close()
    except OSError as problem:
        logger.info("The mail server did not say goodbye: %s", type(problem).__name__)


def _note(row: Notification, report: Report, problem: Exception) -> None:
    final, reason = judge(problem)
    if final or timezone.now() - row.created_at > GIVE_UP_AFTER:
        logger.warning("Notification %s failed: %s", row.pk, type(problem).__name__)
        report.failed += _mark(row, state=State.FAILED, reason=reason)
    else:
        _postpone(row, report, reason, delay(row.attempts))


def _postpone(row: Notification, report: Report, reason: str, wait: timedelta) -> None:
    report.postponed += _mark(row, reason=reason, not_before=Now() + wait)


def _still_ours(row: Notification) -> QuerySet[Notification]:
    return _queued().filter(pk=row.pk, attempts=row.attempts)


def _mark(row: Notification, **fields: Any) -> int:
    """Write what became of a mail if nobody else claimed it since; how many rows that was."""
    with scope.system(System.OUTBOX):
        marked = _still_ours(row).update(leased_until=None, **fields)
        if marked and row.event in digests.EVENTS.values() and "state" in fields:
            digests.settle(row.subject_id, fields["state"])
    if not marked:
        logger.warning("Notification %s was taken over: possibly sent twice.", row.pk)
    return marked
