"""Appointments as an iCalendar (RFC 5545): what a calendar needs, and nothing of the insured."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from icalendar import Alarm, Calendar, Event, Timezone

from claims.models import Appointment, Memo, VisitPolicy
from claims.workflow import DateKind, DateStatus

PARIS = ZoneInfo("Europe/Paris")
# By rule, as calendars expect it: the library lists single years, and names the hour after the change.
ZONE = """BEGIN:VTIMEZONE
TZID:Europe/Paris
BEGIN:DAYLIGHT
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
TZNAME:CEST
DTSTART:19700329T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
END:DAYLIGHT
BEGIN:STANDARD
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
TZNAME:CET
DTSTART:19701025T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
END:STANDARD
END:VTIMEZONE
"""
MEMO_LASTS, RINGS_BEFORE, RINGS_AT = timedelta(minutes=15), timedelta(minutes=15), timedelta(hours=8)
VISIT_LASTS = timedelta(hours=1)  # of an appointment with an hour; nobody says for how long an expert comes
STATUS = {DateStatus.PROPOSED: "TENTATIVE", DateStatus.OFFERED: "TENTATIVE", DateStatus.VALIDATED: "CONFIRMED"}
Links = Mapping[int, str]  # an appointment's key → the page it leads to


def calendar_of(
    rows: Iterable[Appointment],
    *,
    name: str,
    links: Links,
    policies: Mapping[int, VisitPolicy],
    for_shop: bool,
    reminders: Mapping[Memo, str] = MappingProxyType({}),
) -> bytes:
    """The feed's bytes, the same for the same rows, so that a fingerprint of them tells whether they changed."""
    calendar = Calendar()
    calendar.add("prodid", "-//Portail Reparateurs//Agenda//FR")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("x-wr-timezone", PARIS.key)
    calendar.add("refresh-interval", timedelta(hours=1), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    calendar.add_component(Timezone.from_ical(ZONE))
    for row in rows:
        policy = policies.get(row.cabinet_id) or VisitPolicy(cabinet_id=row.cabinet_id)
        calendar.add_component(_event(row, policy, links.get(row.pk, ""), for_shop=for_shop))
    for memo, link in reminders.items():
        calendar.add_component(_reminder(memo, link))
    return bytes(calendar.to_ical())


def _reminder(memo: Memo, link: str) -> Event:
    """One's own note, which rings; neither whom to call nor the number: whoever has the address reads this."""
    event = Event()
    event.add("uid", f"{memo.uid}@portail-reparateurs")
    event.add("sequence", memo.version)
    event.add("dtstamp", memo.moved_at)
    event.add("created", memo.created_at)
    event.add("last-modified", memo.moved_at)
    event.add("status", "CONFIRMED" if memo.done_at is None else "CANCELLED")
    begin = datetime.combine(memo.on, memo.at, PARIS) if memo.at else memo.on
    event.add("dtstart", begin)
    event.add("dtend", begin + (MEMO_LASTS if memo.at else timedelta(days=1)))
    event.add("transp", "TRANSPARENT")
    event.add("summary", f"Rappel : {memo.subject} – dossier {memo.dossier.reference}")
    event.add("description", f"{memo.get_place_display().capitalize()}.\n{link}".strip())
    event.add("categories", ["Rappel"])
    if link:
        event.add("url", link)
    if memo.done_at is None:
        event.add_component(_alarm(memo))
    return event


def _alarm(memo: Memo) -> Alarm:
    """A quarter of an hour before; of a whole day, at eight in the morning."""
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", memo.subject)
    alarm.add("trigger", -RINGS_BEFORE if memo.at else RINGS_AT)
    return alarm


def _event(row: Appointment, policy: VisitPolicy, link: str, *, for_shop: bool) -> Event:
    event = Event()
    event.add("uid", f"{row.uid}@portail-reparateurs")
    event.add("sequence", row.version)
    event.add("dtstamp", row.moved_at)
    event.add("created", row.created_at)
    event.add("last-modified", row.moved_at)
    status = DateStatus(row.status)
    event.add("status", STATUS.get(status, "CANCELLED"))
    begin, end = _span(row, policy)
    event.add("dtstart", begin)
    event.add("dtend", end)
    timed = isinstance(begin, datetime)
    event.add("transp", "OPAQUE" if timed and status in STATUS else "TRANSPARENT")
    other = row.cabinet.name if for_shop else (row.establishment.name if row.establishment else "")
    kind = DateKind(row.kind).label
    event.add("summary", " – ".join(part for part in (kind, f"dossier {row.dossier.reference}", other) if part))
    event.add("description", f"{kind} : date {status.label}.\n{link}".strip())
    event.add("categories", [kind])
    if link:
        event.add("url", link)
    if row.establishment is not None:
        place = f"{row.establishment.name}, {row.establishment.postal_code} {row.establishment.city}"
        event.add("location", place.strip(" ,"))
    return event


def _span(row: Appointment, policy: VisitPolicy) -> tuple[date | datetime, date | datetime]:
    """From when to when: an hour, the cabinet's half-day, or whole days (the end is the day after the last)."""
    if row.at is not None:
        begin = datetime.combine(row.starts_on, row.at, PARIS)
        return begin, begin + VISIT_LASTS
    hours = policy.hours(row.half)
    if hours is not None:
        return datetime.combine(row.starts_on, hours[0], PARIS), datetime.combine(row.starts_on, hours[1], PARIS)
    return row.starts_on, (row.ends_on or row.starts_on) + timedelta(days=1)
