"""A car not seen, not collected, examined: told by either side, expected of somebody, ended by what it waited for."""

# ruff: noqa: F811 -- a fixture is imported, and asked for by its name

from datetime import date

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.urls import reverse

from accounts import scope
from accounts.exceptions import NotAllowed
from accounts.models import JournalEntry
from accounts.scope import Kind, System
from accounts.typography import spaced
from claims.models import Appointment, Dossier, DossierFacts, Expectation
from claims.services import incidents
from claims.services.dossiers import advance
from claims.services.expectations import refresh
from claims.workflow import BEFORE_INVOICE, Action, DateKind, State
from messaging.models import News, Notification
from tests.claims.test_races import crowd, people  # noqa: F401 -- a fixture
from tests.factories import AppointmentFactory, DelegationFactory, DelegationProfileFactory, DossierFactory

TODAY = date(2026, 11, 23)
pytestmark = pytest.mark.usefixtures("_monday")


@pytest.fixture
def _monday():
    with time_machine.travel("2026-11-23 09:00+01:00", tick=False):
        yield


@pytest.fixture
def dossier(world):
    Appointment.objects.all().delete()
    row = world.lac.dossiers["ALPES"]
    Dossier.objects.filter(pk=row.pk).update(state=State.VISIT_PLANNED, ve_procedure="VGE")
    refresh([row.pk])
    return Dossier.objects.get(pk=row.pk)


@pytest.fixture
def act(world):
    """Do something as somebody: « owner » of the shop, or one of the cabinet's staff."""
    users = {"owner": world.lac.owner} | {role: getattr(world.alpes, role) for role in ("manager", "expert", "clerk")}

    def do(who, service, dossier, **more):
        with scope.acting_as(users[who].pk) as actor:
            return service(dossier, actor=actor, **more)

    return do


def expected(dossier):
    rows = Expectation.objects.filter(dossier=dossier).order_by("due_on")
    return {row.kind: (row.who, row.due_on) for row in rows}


def steps(dossier):
    found = JournalEntry.objects.filter(subject_type="claims.dossier", subject_id=dossier.pk).order_by("pk")
    return [entry.event for entry in found]


def test_the_shop_tells_that_the_expert_did_not_come(world, dossier, act):
    act("owner", incidents.report_unseen, dossier, on=date(2026, 11, 20), reason="Personne n’est venu")

    dossier.refresh_from_db()
    assert (dossier.unseen_on, dossier.state) == (date(2026, 11, 20), State.VISIT_PLANNED), "a fact, not a state"
    assert expected(dossier)["non_vu"] == ("cabinet", date(2026, 11, 24))
    assert "visite_planifiee" not in expected(dossier)
    assert steps(dossier)[-1] == "vehicle_unseen"
    with scope.system(System.TESTS):
        told = Notification.objects.filter(event="vehicle_reported").values_list("recipient__email", flat=True)
        assert list(told) == [world.alpes.clerk.email]


def test_the_cabinet_tells_that_the_car_was_not_there(world, dossier, act):
    act("expert", incidents.report_unseen, dossier, on=TODAY, reason="Véhicule absent")

    assert expected(dossier)["non_vu"][0] == "shop"
    assert News.objects.filter(user=world.lac.owner, event="vehicle_unseen").get().title == "Véhicule non vu"


@pytest.mark.parametrize("ending", ["a new date", "works", "said"])
def test_it_ends_by_a_new_date_by_works_or_by_a_word(ending, world, dossier, act, client):
    act("owner", incidents.report_unseen, dossier, on=TODAY, reason="Personne")
    if ending == "a new date":
        row = AppointmentFactory(dossier=dossier, status="proposed", moved_by="shop")
        refresh([dossier.pk])
        assert "non_vu" not in expected(dossier), "the cabinet answers the date that is proposed"
        url = reverse("admin:claims_dossier_date", args=[dossier.pk])
        client.force_login(world.alpes.clerk)
        client.post(url, {"type": "rdv_terrain", "acte": "date_validated", "vu": row.token})
    elif ending == "works":
        act("expert", advance, dossier, action=Action.START_WORKS)
    else:
        act("clerk", incidents.note_seen, dossier)

    dossier.refresh_from_db()
    assert dossier.unseen_on is None
    assert DossierFacts.objects.get(dossier=dossier).unseen_reason == ""
    assert "vehicle_seen" in steps(dossier)
    assert "non_vu" not in expected(dossier)


def test_days_of_storage_are_counted_until_the_car_has_gone(dossier, act):
    act("owner", incidents.report_uncollected, dossier, on=date(2026, 11, 13), reason="Aucun épaviste")
    dossier.refresh_from_db()
    assert dossier.storage_days == 10
    assert expected(dossier)["non_enleve"] == ("cabinet", date(2026, 11, 26))

    with pytest.raises(ValidationError, match="entre le 13/11/2026"):
        act("clerk", incidents.note_collected, dossier, on=date(2026, 11, 12))
    act("clerk", incidents.note_collected, dossier, on=date(2026, 11, 20))

    dossier.refresh_from_db()
    assert dossier.uncollected_on is None
    entry = JournalEntry.objects.get(event="vehicle_collected", subject_id=dossier.pk)
    assert entry.detail["what"] == "le 20/11/2026, après 7 jours de garde"
    assert "non_enleve" not in expected(dossier)


def test_an_exam_that_is_agreed_on_is_expected_until_it_is_made(dossier, act):
    AppointmentFactory(dossier=dossier, kind=DateKind.DURING_WORKS, status="validated", starts_on=date(2026, 11, 25))
    refresh([dossier.pk])
    assert expected(dossier)["examen"] == ("cabinet", date(2026, 11, 25))

    with time_machine.travel("2026-11-25 18:00+01:00"):
        act("expert", incidents.note_exam, dossier, kind=DateKind.DURING_WORKS, on=date(2026, 11, 25))

    assert "examen" not in expected(dossier)
    entry = JournalEntry.objects.get(event="exam_done", subject_id=dossier.pk)
    assert entry.detail["what"] == "Examen pendant travaux, fait le 25/11/2026"


@pytest.mark.parametrize(
    ("service", "more", "told"),
    [
        (incidents.report_unseen, {"on": date(2026, 11, 24), "reason": "x"}, "aujourd’hui"),
        (incidents.report_unseen, {"on": TODAY, "reason": "  "}, "ce qui s’est passé"),
        (incidents.report_uncollected, {"on": date(2024, 1, 1), "reason": "x"}, "moins d’un an"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(service, more, told, dossier, act):
    with pytest.raises(ValidationError, match=told):
        act("owner", service, dossier, **more)


def test_who_may_not_is_told_so(world, dossier, act):
    with pytest.raises(NotAllowed, match="cabinet qui note"):
        act("owner", incidents.note_exam, dossier, kind=DateKind.DURING_WORKS, on=TODAY)
    with pytest.raises(NotAllowed, match="plus signalé"):
        act("owner", incidents.note_seen, dossier)
    Dossier.objects.filter(pk=dossier.pk).update(state=State.AWAITING_INVOICE, ve_procedure="")
    with pytest.raises(NotAllowed, match="est passée"):
        act("owner", incidents.report_unseen, dossier, on=TODAY, reason="x")
    with pytest.raises(NotAllowed, match="procédure VE"):
        act("expert", incidents.note_exam, dossier, kind=DateKind.DURING_WORKS, on=TODAY)
    profile = DelegationProfileFactory(
        organisation=world.lac.organisation, rights=["view", "dates"], needs_validation=True
    )
    helper = DelegationFactory(profile=profile).member.user
    with scope.acting_as(helper.pk) as actor, pytest.raises(NotAllowed, match="validé par un responsable"):
        incidents.report_uncollected(dossier, on=TODAY, reason="x", actor=actor)


@pytest.mark.parametrize("state", State)
def test_the_page_offers_what_may_be_told_now(state, world, dossier, client):
    Dossier.objects.filter(pk=dossier.pk).update(state=state)
    client.force_login(world.lac.owner)

    answer = client.get(reverse("dossier_incidents", args=["ALPES", dossier.reference]))

    assert (answer.context["unseen_form"] is not None) == (state in BEFORE_INVOICE)


def test_the_shop_s_page_tells_shows_and_ends_it(world, dossier, client):
    client.force_login(world.lac.owner)
    url = reverse("dossier_incidents", args=["ALPES", dossier.reference])
    wrong = client.post(url, {"acte": "non-vu", "non-vu-on": "2026-11-20"})
    assert "Écrivez ce qui s’est passé" in wrong.content.decode()

    typed = {"acte": "non-vu", "non-vu-on": "2026-11-20", "non-vu-reason": "Personne n’est venu"}
    body = client.post(url, typed, follow=True).content.decode()

    assert "Non vu le 20/11" in body
    assert "donner une nouvelle date de visite" in body
    assert 'chip late">non vu' in client.get("/dossiers/").content.decode()
    assert "Déjà signalé" in client.post(url, typed, follow=True).content.decode()
    assert "Non vu le" not in client.post(url, {"acte": "vu"}, follow=True).content.decode()


def test_the_cabinet_s_page_does_the_same(dossier, world, client):
    client.force_login(world.alpes.clerk)
    url = reverse("admin:claims_dossier_incident", args=[dossier.pk])
    typed = {"acte": "non-enleve", "non-enleve-on": "2026-11-20", "non-enleve-reason": "Aucun épaviste"}

    body = client.post(url, typed, follow=True).content.decode()

    assert spaced("3 jours de garde : Aucun épaviste") in spaced(body)
    done = client.post(url, {"acte": "enleve", "enleve-on": "2026-11-23"}, follow=True)
    assert "le véhicule est enlevé" in done.content.decode()
    exam = reverse("admin:claims_dossier_exam", args=[dossier.pk])
    noted = client.post(exam, {"examen-kind": "examen_apres", "examen-on": "2026-11-20"}, follow=True)
    assert spaced("Examen après travaux : 20/11/2026") in spaced(noted.content.decode())


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_of_sixteen_who_tell_it_at_once_one_does(people):
    with scope.system(System.TESTS):
        dossier = DossierFactory(state=State.VISIT_PLANNED, **people["place"])

    def tell(actor):
        return incidents.report_unseen(dossier, on=TODAY, reason="Absent", actor=actor).pk

    kinds = (Kind.REPAIRER, Kind.STAFF)
    won, told = crowd([(people[kinds[number % 2]][number // 2 % 2], tell) for number in range(16)])

    assert (len(won), len(told)) == (1, 15)
    assert all("Déjà signalé" in text for text in told)
