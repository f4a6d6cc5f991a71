"""Reminders: when, to whom, how often, and everything that stops them."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core import mail
from django.core.management import call_command
from django.urls import reverse

from accounts import scope
from accounts.models import CabinetEstablishment, JournalEntry
from accounts.scope import System
from claims.models import CabinetRules, DocumentRequest, Dossier, DossierFacts, Expectation, ReminderLetter
from claims.services import expectations
from claims.services.facts import resume_reminders, suspend_reminders
from claims.services.reminders import remind
from claims.workflow import State
from messaging.models import Notification
from messaging.services import send_due
from tests.factories import (
    AppointmentFactory,
    DelegationFactory,
    DelegationProfileFactory,
    DocumentFactory,
    DossierFactory,
    EstablishmentFactory,
    LinkFactory,
    ShopMemberFactory,
)

SINCE = datetime(2026, 11, 2, 9, tzinfo=UTC)  # a Monday: due on Thursday 5, three working days later
DUE = date(2026, 11, 5)


@pytest.fixture
def lac(world):
    ReminderLetter.objects.all().delete()
    DocumentRequest.objects.all().delete()
    Dossier.objects.update(state=State.CLOSED)
    expectations.reconcile()
    return world.lac


@pytest.fixture
def late(world, lac, time_machine):
    """A dossier whose date is expected since Thursday; it is Friday."""
    time_machine.move_to(datetime(2026, 11, 6, 8, tzinfo=UTC))
    return waiting(world, lac.establishment)


def waiting(world, site, state=State.AWAITING_VISIT, **more):
    return DossierFactory(cabinet=world.alpes.cabinet, establishment=site, state=state, state_since=SINCE, **more)


def told():
    return sorted(Notification.objects.filter(event="reminder_letter").values_list("recipient__email", flat=True))


def days_reminded(time_machine, dossier, days=60):
    """Every day the clock runs once, as it does."""
    found = []
    for day in range(days):
        time_machine.move_to(datetime(2026, 11, 2, 8, tzinfo=UTC) + timedelta(days=day))
        remind()
        row = Expectation.objects.filter(dossier=dossier, who="shop").first()
        if row and row.reminded_on == (SINCE + timedelta(days=day)).date():
            found.append(row.reminded_on)
    return found


def test_what_is_late_is_reminded_at_a_rhythm_and_then_left(late, time_machine):
    assert days_reminded(time_machine, late) == [date(2026, 11, 6), date(2026, 11, 16), date(2026, 11, 23)]


def test_the_rhythm_is_the_cabinets_and_its_place_s(world, lac, late, time_machine):
    CabinetRules.objects.update(reminder_every=2, reminder_times=2)
    lac.establishment.postal_code = "97200"
    lac.establishment.save()

    assert days_reminded(time_machine, late, 20) == [date(2026, 11, 6), date(2026, 11, 10)]


def test_a_cabinet_that_reminds_nobody(world, late):
    CabinetRules.objects.update(reminder_times=0)

    assert remind().dossiers == 0


@pytest.mark.parametrize("day", [7, 8, 11])  # a Saturday, a Sunday, Armistice Day
def test_nobody_is_reminded_on_a_day_off(day, late, time_machine):
    time_machine.move_to(datetime(2026, 11, day, 8, tzinfo=UTC))

    assert remind().dossiers == 0


def test_one_letter_a_person_whatever_the_number_of_dossiers(world, lac, late):
    waiting(world, lac.establishment)
    waiting(world, lac.establishment, State.AWAITING_REMOTE)
    Dossier.objects.filter(pk=world.deux.dossiers["BERRY"].pk).update(state=State.AWAITING_VISIT, state_since=SINCE)
    world.deux.dates["BERRY"].delete()  # a date proposed is no longer the shop's to propose

    report = remind()

    assert (report.dossiers, report.letters) == (4, 2)
    assert told() == ["patron@deux.test", "patron@lac.test"]


def test_twice_a_day_is_once(late):
    assert remind().letters == 1

    again = remind()

    assert again.had_run
    assert told() == ["patron@lac.test"]
    assert Expectation.objects.get(dossier=late).reminders == 1
    assert JournalEntry.objects.filter(event="reminded", subject_id=late.pk).count() == 1


def test_a_run_broken_off_leaves_nothing_and_the_next_does_it_all(world, lac, late, monkeypatch):
    from claims.services import reminders

    def killed(*_args, **_more):
        raise KeyboardInterrupt

    monkeypatch.setattr(reminders.journal, "record", killed)
    with pytest.raises(KeyboardInterrupt):
        remind()
    assert not ReminderLetter.objects.exists()
    assert Expectation.objects.get(dossier=late).reminders == 0
    monkeypatch.undo()

    assert remind().letters == 1


@pytest.mark.parametrize(
    ("state", "kind"), [("attente_facture", "facture"), ("attente_ead", "photo"), ("attente_documents", "devis")]
)
def test_what_was_sent_is_never_asked_for(state, kind, world, lac, late, time_machine):
    Dossier.objects.filter(pk=late.pk).update(state=state)
    expectations.reconcile()
    DocumentFactory(dossier=late, kind=kind, direction="sent", published_at=SINCE + timedelta(hours=1))
    time_machine.move_to(datetime(2026, 12, 14, 8, tzinfo=UTC))  # without a word in the journal

    assert remind().dossiers == 0


def test_an_announced_delivery_suspends_the_reminders_of_the_invoice(world, lac, late, time_machine):
    Dossier.objects.filter(pk=late.pk).update(state=State.AWAITING_INVOICE)
    AppointmentFactory(dossier=late, kind="livraison", status="proposed", starts_on=date(2026, 12, 1))

    assert days_reminded(time_machine, late, 32) == [date(2026, 12, 2)]


def test_a_letter_that_waited_tells_what_is_missing_when_it_leaves(world, lac, late):
    other = waiting(world, lac.establishment)
    remind()
    Dossier.objects.filter(pk=late.pk).update(state=State.CLOSED)
    expectations.refresh([late.pk])

    send_due()

    [letter] = mail.outbox
    assert letter.to == ["patron@lac.test"]
    assert other.reference in letter.body
    assert late.reference not in letter.body
    assert "DURAND" not in letter.body
    assert "GF-531" not in letter.body
    assert "/a-faire/" in letter.body


def test_a_letter_about_nothing_any_more_is_not_sent(late):
    remind()
    Dossier.objects.filter(pk=late.pk).update(state=State.CLOSED)
    expectations.refresh([late.pk])

    send_due()

    assert mail.outbox == []
    assert Notification.objects.get(event="reminder_letter").reason == "plus rien ne manque"


def test_people_are_reminded_of_what_they_may_do(world, lac, late):
    for right, email in (("dates", "dates@lac.test"), ("messages", "messages@lac.test")):
        profile = DelegationProfileFactory(organisation=lac.organisation, rights=["view", right])
        member = ShopMemberFactory(organisation=lac.organisation, role="collaborateur", user__email=email)
        DelegationFactory(profile=profile, member=member)

    remind()

    assert told() == ["dates@lac.test", "patron@lac.test"]


def test_a_shop_the_cabinet_closed_is_left_alone(world, lac, late):
    CabinetEstablishment.objects.filter(establishment=lac.establishment).update(suspended_at=SINCE)

    assert remind().dossiers == 0


def test_a_shop_without_people_is_not_counted(world, late):
    site = EstablishmentFactory(organisation=None)
    LinkFactory(cabinet=world.alpes.cabinet, establishment=site)
    row = waiting(world, site)

    assert remind().dossiers == 1
    assert Expectation.objects.get(dossier=row).reminders == 0


def test_suspended_reminders_rest_until_the_day_and_then_go_on(world, late, time_machine):
    with scope.acting_as(world.alpes.clerk.pk) as actor:
        suspend_reminders(late, until=date(2026, 11, 17), reason="Pièce en attente", actor=actor)

    assert days_reminded(time_machine, late, 18) == [date(2026, 11, 18)]


def test_staff_suspend_and_resume_and_the_shop_reads_until_when(world, lac, late, client):
    client.force_login(world.alpes.clerk)
    url = reverse("admin:claims_dossier_suspend", args=[late.pk])
    for until, reason, said in (
        ("2026-11-01", "Pièce", "déjà passée"),
        ("", "Pièce", "écrivez une date"),
        ("2026-11-20", " ", "Écrivez pourquoi"),
        ("2026-11-20", "Pièce en attente", "suspendues jusqu’au 20/11/2026"),
    ):
        answer = client.post(url, {"until": until, "reason": reason}, follow=True)
        assert said in answer.content.decode()
    client.force_login(lac.owner)
    page = client.get(late.get_absolute_url()).content.decode()
    assert "Relances suspendues jusqu’au 20/11/2026" in page
    assert (
        "Relances suspendues" in client.get(reverse("dossier_steps", args=["ALPES", late.reference])).content.decode()
    )

    with scope.acting_as(world.alpes.clerk.pk) as actor:
        resume_reminders(late, actor=actor)

    assert not DossierFacts.objects.get(dossier=late).reminders_rest(date(2026, 11, 10))


def test_the_command_says_what_it_did(late, capsys):
    call_command("relances")
    call_command("relances")

    said = capsys.readouterr().out
    assert "1 dossier(s) relancé(s), 1 lettre(s) écrite(s)." in said
    assert "déjà écrites" in said


@pytest.mark.django_db
def test_nothing_to_remind_writes_nothing():
    with scope.system(System.TESTS):
        assert remind().letters == 0
