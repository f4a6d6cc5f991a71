"""What sending a subject does to its dossier: a mention, days of storage, photos to take; told once."""

from datetime import date

import pytest
import time_machine

from accounts import scope
from accounts.models import JournalEntry
from accounts.scope import System
from claims.models import Appointment, Dossier, Expectation, ShotSet, Upload
from claims.workflow import State
from messaging.models import Notification, Subject
from messaging.services import threads
from messaging.subjects import Code, Typed
from tests.factories import AppointmentFactory

pytestmark = pytest.mark.usefixtures("_monday")


@pytest.fixture
def _monday():
    with time_machine.travel("2026-11-23 09:00+01:00", tick=False):
        yield


@pytest.fixture
def write(world):
    """Send a subject as the shop's owner."""
    dossier = world.lac.dossiers["ALPES"]
    Upload.objects.all().delete()
    Appointment.objects.all().delete()
    ShotSet.objects.all().delete()
    Dossier.objects.filter(pk=dossier.pk).update(state=State.VISIT_PLANNED)

    def send(code, **typed):
        subject = Subject.objects.get(cabinet=dossier.cabinet_id, slug=code.value)
        with scope.acting_as(world.lac.owner.pk) as actor:
            found = Dossier.objects.select_related("cabinet", "establishment").get(pk=dossier.pk)
            threads.send(found, subject, [], typed=Typed(**typed), actor=actor)
        return Dossier.objects.get(pk=dossier.pk)

    return send


def mails():
    with scope.system(System.TESTS):
        return sorted(Notification.objects.values_list("event", flat=True).distinct())


def test_a_car_that_was_not_seen_is_marked_from_the_day_that_was_agreed_on(world, write):
    AppointmentFactory(dossier=world.lac.dossiers["ALPES"], status="validated", starts_on=date(2026, 11, 20))

    dossier = write(Code.NOT_SEEN, message="Personne n’est venu")

    assert dossier.unseen_on == date(2026, 11, 20)
    assert Expectation.objects.get(dossier=dossier, kind="non_vu").who == "cabinet"
    assert JournalEntry.objects.filter(event="vehicle_unseen", subject_id=dossier.pk).count() == 1
    assert mails() == ["message_for_cabinet"], "told once"
    again = write(Code.NOT_SEEN, message="Toujours personne")
    assert again.unseen_on == date(2026, 11, 20)


def test_a_car_that_was_not_removed_counts_its_days(write):
    dossier = write(Code.NOT_REMOVED, message="Aucun épaviste")

    assert dossier.uncollected_on == date(2026, 11, 23)
    assert dossier.facts.uncollected_reason == "Aucun épaviste"
    assert Expectation.objects.get(dossier=dossier, kind="non_enleve").who == "cabinet"


def test_an_esd_goes_on_with_the_photos(write):
    dossier = write(Code.REMOTE_EXAM, message="Petit choc", name="Camille Inventée")

    assert ShotSet.objects.get(dossier=dossier).exam == "esd"
