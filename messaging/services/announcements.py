"""Who reads what the network and the cabinets announce, and until when it is shown at sign-in."""

from collections.abc import Iterable

from accounts import scope
from accounts.http import ActorRequest
from accounts.scope import Actor, Kind, System
from messaging.models import Announcement, AnnouncementQuerySet, AnnouncementReading

SHOWN = 3  # at sign-in; the page has them all
SEEN = "mises-a-jour"  # the session's key: they were shown since signing in

Audience = Announcement.Audience


def told_to(actor: Actor) -> AnnouncementQuerySet:
    """What is announced to this person now: by the network, by their cabinet, or by those their sites work with."""
    if actor.kind not in {Kind.REPAIRER, Kind.STAFF, Kind.NETWORK}:
        return Announcement.objects.none()
    side = Audience.SHOPS if actor.kind == Kind.REPAIRER else Audience.STAFF
    rows = Announcement.objects.published().filter(audience__in=(Audience.ALL, side))
    of_network, of_cabinets = rows.filter(cabinet=None), rows.filter(cabinet__in=actor.cabinet_ids)
    return (of_network | of_cabinets).newest_first()


def unread_by(actor: Actor) -> AnnouncementQuerySet:
    return told_to(actor).exclude(readings__in=AnnouncementReading.objects.filter(user=actor.user_id))


def shown_at_sign_in(request: ActorRequest) -> list[Announcement]:
    """The newest unread, once a session; asked only when there is one."""
    actor = getattr(request, "actor", None)
    if actor is None or request.session.get(SEEN):
        return []
    request.session[SEEN] = True
    return unread_updates(actor)


def unread_updates(actor: Actor) -> list[Announcement]:
    """The newest of them; no query when the scope has counted none."""
    return list(unread_by(actor).select_related("cabinet")[:SHOWN]) if actor.beside.get("updates") else []


def read_dates(actor: Actor, rows: list[Announcement]) -> dict[int, object]:
    """When this person read each of these."""
    readings = AnnouncementReading.objects.filter(user=actor.user_id, announcement__in=rows)
    return dict(readings.values_list("announcement", "read_at"))


def forget_readings(rows: Iterable[Announcement]) -> None:
    """Before they are deleted: who read them, each reader alone may see."""
    with scope.system(System.UPKEEP):
        AnnouncementReading.objects.filter(announcement__in=[row.pk for row in rows]).delete()


def mark_read(rows: AnnouncementQuerySet, *, actor: Actor) -> None:
    """Twice is once, in two tabs as well."""
    readings = [AnnouncementReading(user_id=actor.user_id or 0, announcement=row) for row in rows]
    AnnouncementReading.objects.bulk_create(readings, ignore_conflicts=True)
