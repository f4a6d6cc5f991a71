"""The agenda's feeds, read by another parser than the one that writes them."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
import vobject
from django.conf import settings

from accounts import scope
from accounts.exceptions import NotAllowed
from accounts.models import User
from claims.models import AgendaFeed, Appointment, Memo
from claims.models.appointments import Wish
from claims.services.agenda import secret_of, subscribe, unsubscribe
from claims.services.appointments import move_date
from claims.workflow import Action, DateKind
from tests.factories import AppointmentFactory, DelegationFactory, DelegationProfileFactory

K = DateKind


@pytest.fixture(autouse=True)
def _monday():
    with time_machine.travel("2026-03-20 09:00+01:00", tick=False):
        yield


@pytest.fixture
def dossier(world):
    Appointment.objects.all().delete()
    return world.lac.dossiers["ALPES"]


def feed_of(user, site=None):
    with scope.acting_as(user.pk) as actor:
        return subscribe(site, actor=actor)


@pytest.fixture(autouse=True)
def dates_alone(world):
    """Reminders have tests of their own."""
    Memo.objects.all().delete()


def fetch(client, feed, **headers):
    return client.get(f"/agenda/{secret_of(feed)}.ics", headers=headers)


def events(answer):
    assert answer.status_code == 200, answer.content
    calendar = vobject.readOne(answer.content.decode())
    return {str(event.uid.value): event for event in calendar.contents.get("vevent", [])}


def the_event(client, feed):
    [event] = events(fetch(client, feed)).values()
    return event


@pytest.mark.parametrize(
    ("day", "utc_hour"),
    [
        (date(2026, 3, 27), 8),  # winter time…
        (date(2026, 3, 30), 7),  # … and summer time from Sunday the 29th
        (date(2026, 10, 23), 7),
        (date(2026, 10, 26), 8),  # winter again from Sunday the 25th
    ],
)
def test_nine_o_clock_is_nine_o_clock_across_both_changes_of_hour(day, utc_hour, world, dossier, client):
    AppointmentFactory(dossier=dossier, starts_on=day, at=time(9))

    event = the_event(client, feed_of(world.lac.owner))

    begin = event.dtstart.value
    assert begin.replace(tzinfo=None) == datetime.combine(day, time(9))
    assert begin.astimezone(UTC).hour == utc_hour
    assert event.dtend.value - begin == timedelta(hours=1)


def test_half_days_take_the_cabinets_hours_and_days_are_whole(world, dossier, client):
    AppointmentFactory(dossier=dossier, starts_on=date(2026, 3, 30), half="apres_midi")
    AppointmentFactory(
        dossier=dossier, kind=K.REPAIR, starts_on=date(2026, 3, 28), ends_on=date(2026, 3, 30), status="validated"
    )

    half, repair = sorted(
        events(fetch(client, feed_of(world.lac.owner))).values(), key=lambda event: event.summary.value, reverse=True
    )[::-1][::-1]

    found = {event.categories.value[0]: event for event in (half, repair)}
    visit, works = found["RDV terrain"], found["Réparation"]
    assert (visit.dtstart.value.hour, visit.dtend.value.hour) == (14, 18)
    assert (works.dtstart.value, works.dtend.value) == (date(2026, 3, 28), date(2026, 3, 31))
    assert (visit.status.value, works.status.value) == ("TENTATIVE", "CONFIRMED")


def test_a_counter_proposal_moves_the_same_event(world, dossier, client):
    def act(user, action, wish=None, reason=""):
        row = Appointment.objects.current().filter(dossier=dossier).first()
        with scope.acting_as(user.pk) as actor:
            seen = row.token if row else "0"
            move_date(dossier, K.FIELD_VISIT, action, actor=actor, seen=seen, wish=wish, reason=reason)

    feed, told = feed_of(world.lac.owner), []
    for user, action, wish in (
        (world.lac.owner, Action.PROPOSE_DATE, Wish(date(2026, 3, 27), at=time(9))),
        (world.alpes.clerk, Action.OFFER_DATE, Wish(date(2026, 3, 30), at=time(10))),
        (world.lac.owner, Action.ACCEPT_DATE, None),
        (world.alpes.clerk, Action.CANCEL_DATE, None),
    ):
        act(user, action, wish, reason="L’expert est souffrant")
        event = the_event(client, feed)
        told.append((event.uid.value, int(event.sequence.value), event.status.value, event.dtstart.value.day))

    assert len({uid for uid, *_ in told}) == 1
    assert [row[1:] for row in told] == [
        (1, "TENTATIVE", 27),
        (2, "TENTATIVE", 30),
        (3, "CONFIRMED", 30),
        (4, "CANCELLED", 30),
    ]


def test_the_calendar_names_its_zone_and_nobody_insured(world, dossier, client):
    AppointmentFactory(dossier=dossier, starts_on=date(2026, 3, 30), at=time(9))

    text = fetch(client, feed_of(world.lac.owner)).content.decode()

    assert "BEGIN:VTIMEZONE\r\nTZID:Europe/Paris" in text
    assert "DTSTART;TZID=Europe/Paris:20260330T090000" in text
    unfolded = text.replace("\r\n ", "")
    assert f"{settings.BASE_URL}/dossiers/ALPES/ALPES-LAC/expertise/" in unfolded
    for private in (dossier.insured_name, dossier.plate, "GF531QZ"):
        assert private not in unfolded


def test_a_feed_unchanged_is_not_sent_again(world, dossier, client):
    AppointmentFactory(dossier=dossier, starts_on=date(2026, 3, 30))
    feed = feed_of(world.lac.owner)
    first = fetch(client, feed)

    again = fetch(client, feed, if_none_match=first.headers["ETag"])
    AppointmentFactory(dossier=dossier, kind=K.DELIVERY, starts_on=date(2026, 3, 31))
    changed = fetch(client, feed, if_none_match=first.headers["ETag"])

    assert (again.status_code, again.content) == (304, b"")
    assert changed.status_code == 200
    assert first.headers["Cache-Control"] == "private, max-age=300"
    assert first.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert not first.cookies
    feed.refresh_from_db()
    assert feed.last_used_at is not None


def test_each_feed_holds_what_its_person_may_see(world, client):
    Appointment.objects.update(starts_on=date(2026, 3, 30))

    def references(user, site=None):
        rows = events(fetch(client, feed_of(user, site))).values()
        return {event.summary.value.split(" – ")[1] for event in rows}

    assert references(world.lac.owner) == {"dossier ALPES-LAC"}
    assert references(world.deux.owner) == {"dossier ALPES-DEUX", "dossier BERRY-DEUX"}
    assert references(world.deux.owner, world.deux.establishment.pk) == {"dossier ALPES-DEUX", "dossier BERRY-DEUX"}
    assert references(world.alpes.clerk) == {"dossier ALPES-LAC", "dossier ALPES-DEUX"}
    assert references(world.alpes.expert) == set(), "no dossier is entrusted to this expert"
    world.deux.establishment.cabinet_links.filter(cabinet=world.alpes.cabinet).update(suspended_at="2026-01-01T00:00Z")
    assert references(world.deux.owner) == {"dossier BERRY-DEUX"}


def test_rights_are_asked_again_at_each_reading(world, dossier, client):
    profile = DelegationProfileFactory(organisation=world.lac.organisation, sites=[world.lac.establishment])
    delegation = DelegationFactory(profile=profile)
    feed = feed_of(delegation.member.user, world.lac.establishment.pk)
    assert fetch(client, feed).status_code == 200

    delegation.revoked_at = "2026-01-01T00:00Z"
    delegation.save()
    assert fetch(client, feed).status_code == 404

    own = feed_of(world.lac.owner)
    User.objects.filter(pk=world.lac.owner.pk).update(is_active=False)
    assert fetch(client, own).status_code == 404


def test_an_address_is_renewed_and_revoked(world, client):
    former = feed_of(world.lac.owner)
    secret = secret_of(former)
    renewed = feed_of(world.lac.owner)

    assert client.get(f"/agenda/{secret}.ics").status_code == 404
    assert fetch(client, renewed).status_code == 200
    assert AgendaFeed.objects.filter(user=world.lac.owner, establishment=None).count() == 1
    with scope.acting_as(world.lac.owner.pk) as actor:
        unsubscribe(None, actor=actor)
    assert fetch(client, renewed).status_code == 404


@pytest.mark.parametrize("secret", ["0" * 64, "x", "é", "0"])
def test_a_guess_finds_nothing_and_guessing_is_counted(secret, client, world):
    answers = [client.get(f"/agenda/{secret}.ics").status_code for _ in range(62)]

    assert answers == [404] * 60 + [429] * 2


def test_nobody_subscribes_to_another_shops_site(world, client):
    with pytest.raises(NotAllowed):
        feed_of(world.lac.owner, world.mer.establishment.pk)
    with pytest.raises(NotAllowed):
        feed_of(world.network)
    client.force_login(world.lac.owner)
    answer = client.post("/agenda/abonnement/", {"acte": "creer", "site": world.mer.establishment.pk}, follow=True)
    assert "Votre profil n’ouvre pas cet établissement." in answer.content.decode()
