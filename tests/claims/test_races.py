"""Sixteen people at once on every transition: one of them makes it, the others are told and change nothing."""

import threading
from datetime import date

import pytest
import time_machine
from django.db import connection

from accounts import scope
from accounts.exceptions import NotAllowed
from accounts.models import JournalEntry
from accounts.scope import Kind, System
from claims.models import Appointment, Dossier
from claims.models.appointments import Wish
from claims.services.appointments import move_date
from claims.services.dossiers import advance
from claims.workflow import DATE_MOVES, TRANSITIONS, Action, DateKind, DateStatus, State
from tests.factories import (
    AppointmentFactory,
    CabinetFactory,
    CabinetMemberFactory,
    DossierFactory,
    EstablishmentFactory,
    LinkFactory,
    ShopMemberFactory,
)

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
CROWD = 16
DAY = date(2026, 12, 3)


@pytest.fixture
def people():
    """Two persons of a shop and two of a cabinet, and a way to make their dossiers."""
    with scope.system(System.TESTS):
        cabinet = CabinetFactory()
        staff = [CabinetMemberFactory(cabinet=cabinet).user.pk for _ in range(2)]
        first = ShopMemberFactory()
        shop = [first.user.pk, ShopMemberFactory(organisation=first.organisation).user.pk]
        site = EstablishmentFactory(organisation=first.organisation)
        LinkFactory(cabinet=cabinet, establishment=site)
    with time_machine.travel("2026-11-23 09:00+01:00"):
        yield {Kind.STAFF: staff, Kind.REPAIRER: shop, "place": {"cabinet": cabinet, "establishment": site}}


def crowd(acts):
    """Do all of this at once; how many made it, and what the others were told."""
    barrier, won, told = threading.Barrier(len(acts)), [], []

    def run(user, act):
        barrier.wait()
        try:
            with scope.acting_as(user) as actor:
                won.append(act(actor))
        except NotAllowed as refusal:
            told.append(str(refusal))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return won, told


MOVES = [
    (move.action, start, kind, move.to)
    for move in DATE_MOVES
    for start in sorted(move.start, key=str)
    for kind in sorted(move.who - {Kind.NETWORK})
]


@pytest.mark.parametrize(("action", "start", "kind", "to"), MOVES)
def test_of_sixteen_acts_upon_a_date_one_is_done(action, start, kind, to, people):
    dossier, seen = _dossier(people, start)

    def act(actor):
        return move_date(dossier, DateKind.FIELD_VISIT, action, actor=actor, seen=seen, wish=Wish(DAY), reason="Non")

    won, told = crowd([(people[kind][number % 2], act) for number in range(CROWD)])

    assert (len(won), len(told)) == (1, CROWD - 1)
    assert all("agi le premier" in text and "Rien n’a été changé" in text for text in told)
    with scope.system(System.TESTS):
        row = Appointment.objects.get(dossier=dossier)
        assert (row.status, row.version) == (to, 2 if start else 1)
        assert JournalEntry.objects.filter(subject_id=dossier.pk, event=action).count() == 1


def _dossier(people, start):
    with scope.system(System.TESTS):
        dossier = DossierFactory(state=State.AWAITING_VISIT, **people["place"])
        if start is None:
            return dossier, "0"
        reason = "Non" if start in {DateStatus.REFUSED, DateStatus.CANCELLED} else ""
        return dossier, AppointmentFactory(dossier=dossier, status=start, reason=reason).token


def test_shop_and_cabinet_at_the_same_moment_decide_once(people):
    """The shop withdraws, or proposes another day, while the cabinet validates, refuses or offers another."""
    for _ in range(3):
        dossier, seen = _dossier(people, DateStatus.PROPOSED)
        acts = []
        for number in range(CROWD):
            kind, action = (
                (Kind.REPAIRER, Action.WITHDRAW_DATE),
                (Kind.STAFF, Action.VALIDATE_DATE),
                (Kind.REPAIRER, Action.PROPOSE_DATE),
                (Kind.STAFF, Action.OFFER_DATE),
            )[number % 4]

            def act(actor, action=action, dossier=dossier, seen=seen):
                return move_date(dossier, DateKind.FIELD_VISIT, action, actor=actor, seen=seen, wish=Wish(DAY))

            acts.append((people[kind][number % 2], act))

        won, told = crowd(acts)

        assert (len(won), len(told)) == (1, CROWD - 1)
        with scope.system(System.TESTS):
            assert Appointment.objects.get(dossier=dossier).version == 2


REPEATED = {Action.REQUEST_DOCUMENTS}  # asked again at any time: the table lets each of sixteen ask
STEPS = [
    (move.action, state, kind, move.to)
    for move in TRANSITIONS
    if move.to and move.action != Action.SYNCHRONISE and move.action not in REPEATED
    for state in sorted(move.states)
    for kind in sorted(move.who - {Kind.NETWORK, Kind.SYSTEM})
]


@pytest.mark.parametrize(("action", "state", "kind", "to"), STEPS)
def test_of_sixteen_moves_of_a_dossier_one_is_made(action, state, kind, to, people):
    with scope.system(System.TESTS):
        dossier = DossierFactory(state=state, **people["place"])

    def act(actor):
        return advance(dossier, action, actor=actor)

    won, told = crowd([(people[kind][number % 2], act) for number in range(CROWD)])

    assert (len(won), len(told)) == (1, CROWD - 1)
    assert all("n'est pas possible" in text or "n’est pas possible" in text for text in told)
    with scope.system(System.TESTS):
        assert Dossier.objects.get(pk=dossier.pk).state == to
        assert JournalEntry.objects.filter(subject_id=dossier.pk, event=action).count() == 1
