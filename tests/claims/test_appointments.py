"""The dates of a dossier: proposed, answered, moved; the dossier follows, the other side is told."""

import itertools
from datetime import date, time, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts import scope
from accounts.exceptions import NotAllowed
from accounts.models import JournalEntry
from accounts.scope import Kind
from claims import workflow
from claims.models import Appointment, Dossier, DossierFacts
from claims.models.appointments import Wish, announced_delivery
from claims.services.appointments import move_date, offered_kinds
from claims.workflow import Action, DateKind, DateStatus, State
from messaging.models import Notification
from messaging.services import send_due
from tests.factories import AppointmentFactory, DelegationFactory, DelegationProfileFactory, DossierFactory

A, K, S = Action, DateKind, DateStatus
TODAY, THURSDAY, FRIDAY = date(2026, 11, 23), date(2026, 12, 3), date(2026, 12, 4)
pytestmark = pytest.mark.usefixtures("_monday")


@pytest.fixture
def _monday():
    with time_machine.travel("2026-11-23 09:00+01:00", tick=False):
        yield


@pytest.fixture
def dossier(world):
    Appointment.objects.all().delete()
    return world.lac.dossiers["ALPES"]


def act(user, dossier, action, wish=THURSDAY, *, kind=K.FIELD_VISIT, seen=None, reason=""):
    """What this person does, having just looked at the date."""
    current = Appointment.objects.current().filter(dossier=dossier, kind=kind).first()
    seen = seen or (current.token if current else "0")
    wish = Wish(wish) if isinstance(wish, date) else wish
    with scope.acting_as(user.pk) as actor:
        return move_date(dossier, kind, action, actor=actor, seen=seen, wish=wish, reason=reason)


@pytest.fixture
def shop(world):
    return lambda *args, **kwargs: act(world.lac.owner, *args, **kwargs)


@pytest.fixture
def cabinet(world):
    return lambda *args, **kwargs: act(world.alpes.clerk, *args, **kwargs)


# The table ----------------------------------------------------------------------------------------------------------

EXPECTED = {
    **{("date_proposed", status, Kind.REPAIRER): "proposed" for status in (None, *DateStatus)},
    **{
        ("date_offered", status, kind): "offered"
        for status in (None, *DateStatus)
        for kind in (Kind.STAFF, Kind.NETWORK)
    },
    ("date_accepted", "offered", Kind.REPAIRER): "validated",
    ("date_refused", "offered", Kind.REPAIRER): "refused",
    ("date_withdrawn", "proposed", Kind.REPAIRER): "withdrawn",
    ("date_cancelled", "validated", Kind.REPAIRER): "cancelled",
    **{
        (action, start, kind): to
        for kind in (Kind.STAFF, Kind.NETWORK)
        for action, start, to in (
            ("date_validated", "proposed", "validated"),
            ("date_refused", "proposed", "refused"),
            ("date_withdrawn", "offered", "withdrawn"),
            ("date_cancelled", "validated", "cancelled"),
        )
    },
}


def test_every_act_upon_every_date_by_every_kind():
    for action, status, kind in itertools.product(Action, (None, *DateStatus), Kind):
        assert workflow.date_move(action, status, kind) == EXPECTED.get((action, status, kind)), (action, status, kind)


def test_each_kind_of_date_has_its_states_and_exams_need_a_procedure():
    assert set(workflow.DATE_STATES) == set(DateKind)
    assert offered_kinds(Dossier(state=State.CLOSED)) == []
    assert offered_kinds(Dossier(state=State.AWAITING_INVOICE)) == [K.REPAIR, K.DELIVERY]
    assert offered_kinds(Dossier(state=State.RECEIVED)) == [K.FIELD_VISIT, K.REMOTE, K.REPAIR, K.DELIVERY]
    assert offered_kinds(Dossier(state=State.IN_PROGRESS, ve_procedure="VGE")) == list(DateKind)


# A date's life ------------------------------------------------------------------------------------------------------


def test_a_validated_field_date_plans_the_visit(dossier, shop, cabinet):
    row = shop(dossier, A.PROPOSE_DATE, Wish(THURSDAY, half="matin"))
    assert (row.status, row.version, row.starts_on, row.half) == ("proposed", 1, THURSDAY, "matin")

    row = cabinet(dossier, A.VALIDATE_DATE, None)

    dossier.refresh_from_db()
    assert (row.status, row.version) == ("validated", 2)
    assert (dossier.state, dossier.visit_on) == ("visite_planifiee", THURSDAY)
    events = JournalEntry.objects.filter(subject_type="claims.dossier", subject_id=dossier.pk).order_by("pk")
    assert list(events.values_list("event", flat=True)) == ["date_proposed", "visit_planned", "date_validated"]
    assert events.first().detail["what"] == "RDV terrain du jeudi 3 décembre 2026, le matin"


def test_a_counter_proposal_moves_the_same_event_and_is_accepted(dossier, shop, cabinet):
    first = shop(dossier, A.PROPOSE_DATE)
    offered = cabinet(dossier, A.OFFER_DATE, Wish(FRIDAY, at=time(10, 30)))
    agreed = shop(dossier, A.ACCEPT_DATE, None)

    dossier.refresh_from_db()
    assert first.pk == offered.pk == agreed.pk
    assert first.uid == agreed.uid
    assert [first.version, offered.version, agreed.version] == [1, 2, 3]
    assert (agreed.status, agreed.starts_on, agreed.at) == ("validated", FRIDAY, time(10, 30))
    assert (dossier.state, dossier.visit_on) == ("visite_planifiee", FRIDAY)


def test_refused_then_proposed_again(dossier, shop, cabinet):
    shop(dossier, A.PROPOSE_DATE)
    with pytest.raises(ValidationError, match="motif"):
        cabinet(dossier, A.REFUSE_DATE, None, reason="  ")
    refused = cabinet(dossier, A.REFUSE_DATE, None, reason="L’expert est absent")
    again = shop(dossier, A.PROPOSE_DATE, FRIDAY)

    assert (refused.status, refused.reason) == ("refused", "L’expert est absent")
    assert (again.status, again.reason, again.pk) == ("proposed", "", refused.pk)


def test_a_cancelled_visit_gives_the_ball_back(dossier, shop, cabinet):
    shop(dossier, A.PROPOSE_DATE)
    cabinet(dossier, A.VALIDATE_DATE, None)
    row = shop(dossier, A.CANCEL_DATE, None, reason="Le client ne vient pas")

    dossier.refresh_from_db()
    assert row.status == "cancelled"
    assert (dossier.state, dossier.visit_on) == ("attente_rdv", None)


def test_a_visit_that_took_place_stays_behind_the_next(dossier, shop, cabinet):
    shop(dossier, A.PROPOSE_DATE)
    kept = cabinet(dossier, A.VALIDATE_DATE, None)
    with time_machine.travel("2026-12-10 09:00+01:00"):
        second = shop(dossier, A.PROPOSE_DATE, date(2026, 12, 17))

    kept.refresh_from_db()
    dossier.refresh_from_db()
    assert (kept.is_current, kept.status, kept.starts_on) == (False, "validated", THURSDAY)
    assert second.uid != kept.uid
    assert dossier.state == "visite_planifiee"


def test_repair_dates_move_no_state(dossier, shop, cabinet):
    Dossier.objects.filter(pk=dossier.pk).update(state=State.IN_PROGRESS)
    row = shop(dossier, A.PROPOSE_DATE, Wish(THURSDAY, FRIDAY), kind=K.REPAIR)
    cabinet(dossier, A.VALIDATE_DATE, None, kind=K.REPAIR)

    dossier.refresh_from_db()
    assert row.ends_on == FRIDAY
    assert (dossier.state, dossier.visit_on) == ("en_cours", None)


@pytest.mark.parametrize(
    ("kind", "wish", "sentence"),
    [
        (K.FIELD_VISIT, Wish(TODAY - timedelta(days=1)), "entre aujourd’hui et dans un an"),
        (K.DELIVERY, Wish(TODAY + timedelta(days=400)), "entre aujourd’hui et dans un an"),
        (K.REPAIR, Wish(FRIDAY, THURSDAY), "finissent le jour de leur début"),
        (K.DELIVERY, Wish(THURSDAY, FRIDAY), "finissent le jour de leur début"),
        (K.DELIVERY, Wish(THURSDAY, half="matin"), "un jour entier"),
        (K.FIELD_VISIT, Wish(date(2026, 12, 25)), "jour férié"),
        (K.FIELD_VISIT, Wish(date(2026, 12, 6)), "dimanche"),
    ],
)
def test_a_date_that_cannot_be_is_refused_with_a_sentence(kind, wish, sentence, dossier, shop):
    with pytest.raises(ValidationError, match=sentence):
        shop(dossier, A.PROPOSE_DATE, wish, kind=kind)

    assert not Appointment.objects.exists()


def test_a_date_gone_by_can_no_longer_be_agreed_on(dossier, shop, cabinet):
    shop(dossier, A.PROPOSE_DATE)
    with time_machine.travel("2026-12-05 09:00+01:00"), pytest.raises(ValidationError, match="passée"):
        cabinet(dossier, A.VALIDATE_DATE, None)


def test_an_ead_dossier_sends_its_file_before_a_field_visit(dossier, shop, cabinet):
    Dossier.objects.filter(pk=dossier.pk).update(state=State.AWAITING_REMOTE)
    with pytest.raises(ValidationError, match="Envoyez d’abord"):
        shop(dossier, A.PROPOSE_DATE)

    assert cabinet(dossier, A.OFFER_DATE).status == "offered", "an expert may decide to come all the same"
    DossierFacts.objects.filter(dossier=dossier).update(remote_sent_at="2026-11-22T10:00Z")
    assert shop(dossier, A.PROPOSE_DATE, FRIDAY).status == "proposed"


def test_a_closed_dossier_takes_no_dates(dossier, shop):
    Dossier.objects.filter(pk=dossier.pk).update(state=State.CLOSED)
    with pytest.raises(NotAllowed):
        shop(dossier, A.PROPOSE_DATE, kind=K.DELIVERY)


# Rights and conflicts -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("validation", [False, True])
def test_a_date_needs_the_right_and_may_need_validation(validation, world, dossier):
    rights = ["view", "dates"] if validation else ["view", "deposit"]
    profile = DelegationProfileFactory(
        organisation=world.lac.organisation,
        rights=rights,
        sites=[world.lac.establishment],
        needs_validation=validation,
    )
    user = DelegationFactory(profile=profile).member.user
    with pytest.raises(NotAllowed, match="validé" if validation else "profil"):
        act(user, dossier, A.PROPOSE_DATE)


def test_who_comes_second_is_told_and_changes_nothing(dossier, shop, cabinet):
    row = shop(dossier, A.PROPOSE_DATE)
    seen = row.token
    shop(dossier, A.PROPOSE_DATE, FRIDAY)

    with pytest.raises(NotAllowed, match=r"le réparateur a agi le premier.*vendredi 4 décembre 2026.*proposée"):
        cabinet(dossier, A.VALIDATE_DATE, None, seen=seen)
    row.refresh_from_db()
    assert (row.status, row.starts_on) == ("proposed", FRIDAY)


def test_a_double_click_proposes_once(dossier, shop):
    shop(dossier, A.PROPOSE_DATE, seen="0")
    with pytest.raises(NotAllowed):
        shop(dossier, A.PROPOSE_DATE, seen="0")

    assert Appointment.objects.count() == 1
    assert Appointment.objects.get().version == 1


def test_the_database_keeps_one_word_a_kind(db):
    row = AppointmentFactory()
    with pytest.raises(IntegrityError, match="appointment_one_current"), transaction.atomic():
        AppointmentFactory(dossier=row.dossier)
    with pytest.raises(IntegrityError, match="appointment_past_was_kept"), transaction.atomic():
        AppointmentFactory(is_current=False)
    with pytest.raises(IntegrityError, match="appointment_no_has_a_reason"), transaction.atomic():
        AppointmentFactory(status=S.REFUSED)


# What follows -------------------------------------------------------------------------------------------------------


def test_each_side_is_told_of_what_the_other_does(world, dossier, shop, cabinet, mailoutbox):
    shop(dossier, A.PROPOSE_DATE)
    send_due()
    assert [sent.to for sent in mailoutbox] == [["gestionnaire@alpes.test"]]
    assert "Une date à valider : dossier ALPES-LAC" in mailoutbox[0].subject

    cabinet(dossier, A.OFFER_DATE, FRIDAY)
    send_due()

    assert mailoutbox[1].to == ["patron@lac.test"]
    assert "vendredi 4 décembre 2026" in mailoutbox[1].body
    assert "/dossiers/ALPES/ALPES-LAC/expertise/" in mailoutbox[1].body
    assert dossier.insured_name not in mailoutbox[1].body


def test_a_mail_overtaken_by_an_answer_is_not_sent(dossier, shop, cabinet, mailoutbox):
    shop(dossier, A.PROPOSE_DATE)
    cabinet(dossier, A.VALIDATE_DATE, None)
    send_due()

    assert [sent.to for sent in mailoutbox] == [["patron@lac.test"]]
    assert Notification.objects.get(event="date_for_cabinet").state == "skipped"


def test_an_announced_delivery_is_known_until_it_is_given_up(dossier, shop, cabinet):
    def announced():
        return Dossier.objects.annotate(on=announced_delivery()).get(pk=dossier.pk).on

    assert announced() is None
    shop(dossier, A.PROPOSE_DATE, kind=K.DELIVERY)
    assert announced() == THURSDAY
    cabinet(dossier, A.REFUSE_DATE, None, kind=K.DELIVERY, reason="Trop tard")
    assert announced() is None


def test_a_dossier_moved_to_its_shop_takes_its_dates_along(world, dossier, shop):
    row = shop(dossier, A.PROPOSE_DATE)
    Dossier.objects.filter(pk=dossier.pk).update(establishment=world.deux.establishment)

    row.refresh_from_db()
    assert row.establishment == world.deux.establishment
    assert DossierFactory(establishment=world.lac.establishment).visit_on is None
