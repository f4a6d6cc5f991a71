"""« À faire », and the one place that decides what is expected of whom."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse

from accounts import scope
from claims.models import CabinetRules, DocumentRequest, Dossier, Expectation
from claims.services import expectations
from claims.services.dossiers import advance
from claims.workflow import WAITING, Action, State
from messaging.models import ThreadRead
from tests.factories import AppointmentFactory, DocumentFactory, DossierFactory, RequestFactory

MONDAY = datetime(2026, 11, 2, 9, tzinfo=UTC)
TODO_QUERIES = 8


@pytest.fixture
def lac(world):
    """The shop without what the small world expects of it."""
    Expectation.objects.all().delete()
    DocumentRequest.objects.all().delete()
    return world.lac


def open_dossier(world, shop, state=State.AWAITING_VISIT, **more):
    row = DossierFactory(
        cabinet=world.alpes.cabinet, establishment=shop.establishment, state=state, state_since=MONDAY, **more
    )
    expectations.refresh([row.pk])
    return row


@pytest.mark.parametrize("state", State)
def test_every_state_expects_what_the_table_says(state, world, lac):
    dossier = open_dossier(world, lac, state)

    rows = list(Expectation.objects.filter(dossier=dossier))

    turn = WAITING[state]
    assert [(row.kind, row.who) for row in rows] == (
        [(state, "shop" if turn.who == "repairer" else "cabinet")] if turn.who else []
    )
    assert [row.text for row in rows] == ([turn.expected] if turn.who else [])


@pytest.mark.parametrize(
    ("state", "kind", "answers"),
    [
        ("attente_facture", "facture", True),
        ("attente_facture", "photo", False),
        ("attente_ead", "photo", True),
        ("attente_documents", "devis", True),
        ("attente_rdv", "photo", False),
    ],
)
def test_what_was_sent_is_not_asked_for(state, kind, answers, world, lac):
    dossier = open_dossier(world, lac, state)
    DocumentFactory(dossier=dossier, kind=kind, direction="sent", published_at=MONDAY + timedelta(days=1))

    expectations.refresh([dossier.pk])

    assert Expectation.objects.get(dossier=dossier).who == ("cabinet" if answers else "shop")


@pytest.mark.parametrize(
    ("state", "kind", "status", "expected"),
    [
        ("attente_rdv", "rdv_terrain", "proposed", [("cabinet", "date", date(2026, 11, 4))]),
        ("attente_rdv", "rdv_terrain", "offered", [("shop", "date", date(2026, 11, 4))]),
        ("attente_rdv", "reparation", "validated", [("shop", "attente_rdv", date(2026, 11, 5))]),
        ("attente_facture", "livraison", "validated", [("shop", "attente_facture", date(2026, 12, 3))]),
        (
            "attente_facture",
            "livraison",
            "proposed",
            [("shop", "attente_facture", date(2026, 12, 3)), ("cabinet", "date", date(2026, 11, 4))],
        ),
        ("attente_facture", "livraison", "withdrawn", [("shop", "attente_facture", date(2026, 11, 17))]),
        ("attente_ead", "ead", "validated", [("shop", "attente_ead", date(2026, 12, 3))]),
    ],
)
def test_an_announced_date_is_waited_for_and_a_spoken_one_answered(state, kind, status, expected, world, lac):
    dossier = open_dossier(world, lac, state)
    AppointmentFactory(dossier=dossier, kind=kind, status=status, moved_at=MONDAY)

    expectations.refresh([dossier.pk])

    rows = Expectation.objects.filter(dossier=dossier).order_by("kind").values_list("who", "kind", "due_on")
    assert list(rows) == expected


def test_what_was_sent_before_the_state_began_does_not_count(world, lac):
    dossier = open_dossier(world, lac, State.AWAITING_INVOICE)
    DocumentFactory(dossier=dossier, kind="facture", direction="sent", published_at=MONDAY - timedelta(days=1))

    expectations.refresh([dossier.pk])

    assert Expectation.objects.get(dossier=dossier).who == "shop"


@pytest.mark.parametrize(
    ("postal_code", "due"), [("74000", date(2026, 11, 5)), ("97200", date(2026, 11, 5)), ("57000", date(2026, 11, 5))]
)
def test_the_deadline_follows_the_place_of_the_shop(postal_code, due, world, lac):
    lac.establishment.postal_code = postal_code
    lac.establishment.save()

    dossier = open_dossier(world, lac)

    assert Expectation.objects.get(dossier=dossier).due_on == due


def test_a_cabinets_own_delay_holds_at_once_for_what_waits(world, lac, client):
    dossier = open_dossier(world, lac)
    rules = CabinetRules.objects.get(cabinet=world.alpes.cabinet)
    client.force_login(world.alpes.manager)
    url = reverse("admin:claims_cabinetrules_change", args=[rules.pk])
    form = client.get(url).context_data["adminform"].form

    answer = client.post(url, {**form.initial, "visit_days": 1, "visit_threshold": "", "visit_rule": ""})

    assert answer.status_code == 302
    assert Expectation.objects.get(dossier=dossier).due_on == date(2026, 11, 3)


def test_a_move_changes_what_is_expected_in_the_same_transaction(world, lac):
    dossier = open_dossier(world, lac, State.IN_PROGRESS)
    with scope.acting_as(world.alpes.clerk.pk) as actor:
        advance(dossier, Action.REQUEST_INVOICE, actor=actor)
        advance(dossier, Action.CLOSE, actor=actor)

    assert not Expectation.objects.filter(dossier=dossier).exists()


def test_reminders_are_counted_on_while_the_expectation_is_the_same(world, lac):
    dossier = open_dossier(world, lac)
    Expectation.objects.update(reminders=2, reminded_on=date(2026, 11, 10))

    expectations.refresh([dossier.pk])
    assert Expectation.objects.get().reminders == 2

    Dossier.objects.filter(pk=dossier.pk).update(state_since=MONDAY + timedelta(days=30))
    expectations.refresh([dossier.pk])
    assert Expectation.objects.get().reminders == 0


def test_reconciling_finds_what_entered_without_the_journal(world, lac):
    rows = [DossierFactory(cabinet=world.alpes.cabinet, establishment=lac.establishment) for _ in range(3)]
    closed = open_dossier(world, lac)
    Dossier.objects.filter(pk=closed.pk).update(state=State.CLOSED)

    expectations.reconcile()

    assert Expectation.objects.filter(dossier__in=rows).count() == 3
    assert not Expectation.objects.filter(dossier=closed).exists()
    assert expectations.reconcile() == 0


def test_dossiers_that_are_alike_are_decided_as_each_would_be(world, lac):
    states = [State.RECEIVED, State.AWAITING_VISIT, State.AWAITING_INVOICE, State.VISIT_PLANNED]
    rows = [
        DossierFactory(cabinet=world.alpes.cabinet, establishment=site, state=state, state_since=since)
        for state in states
        for site in (lac.establishment, None)
        for since in (MONDAY, MONDAY + timedelta(days=8, hours=13, minutes=59))  # before midnight in Paris
    ]
    columns = ("dossier", "cabinet", "establishment", "kind", "object_id", "who", "state_since", "due_on", "reminders")
    mine = Expectation.objects.filter(dossier__in=rows).order_by("dossier")

    expectations.reconcile()
    together = list(mine.values_list(*columns))
    mine.delete()
    expectations.refresh([row.pk for row in rows])

    assert len(together) == len(rows)
    assert together == list(mine.values_list(*columns))


# The page ------------------------------------------------------------------------------------------------------------


def test_the_latest_comes_first_whatever_its_kind(world, lac, client, time_machine):
    time_machine.move_to(datetime(2026, 11, 20, 9, tzinfo=UTC))
    client.force_login(lac.owner)
    late = open_dossier(world, lac, State.AWAITING_INVOICE)
    asked = open_dossier(world, lac, State.AWAITING_DOCUMENTS)
    RequestFactory(dossier=asked, due_on=date(2026, 11, 10))
    open_dossier(world, lac, State.IN_PROGRESS)
    expectations.refresh([asked.pk])

    context = client.get("/a-faire/").context

    assert [line["dossier"] for line in context["rows"]] == [asked, late]
    assert (context["total"], context["late"]) == (2, 2)


def test_the_page_costs_the_same_for_one_row_and_three(world, lac, client, django_assert_num_queries):
    client.force_login(lac.owner)
    client.get("/a-faire/")
    for _ in range(2):
        open_dossier(world, lac)
        with django_assert_num_queries(TODO_QUERIES):
            client.get("/a-faire/")


def test_pages_are_walked_to_the_end(world, lac, client):
    client.force_login(lac.owner)
    rows = [open_dossier(world, lac) for _ in range(51)]
    first = client.get("/a-faire/").context
    second = client.get(first["pager"]["next_url"]).context

    found = [line["dossier"].pk for line in (*first["rows"], *second["rows"])]
    assert sorted(found) == sorted(row.pk for row in rows)
    assert second["pager"] == {"previous_url": "/a-faire/", "next_url": ""}
    assert client.get("/a-faire/?page=9").headers["Location"] == "/a-faire/"


def test_the_menu_counts_what_waits(world, lac, client):
    ThreadRead.objects.all().delete()  # messages have a count of their own
    client.force_login(lac.owner)
    assert 'class="badge"' not in client.get("/dossiers/").content.decode()

    open_dossier(world, lac)

    assert '<b class="badge">1</b>' in client.get("/aide/").content.decode()


def test_the_dashboard_leads_to_what_the_cabinet_is_late_with(world, lac, client, time_machine):
    time_machine.move_to(datetime(2026, 11, 30, 9, tzinfo=UTC))
    late = open_dossier(world, lac, State.IN_PROGRESS)
    open_dossier(world, lac, State.AWAITING_INVOICE)
    client.force_login(world.alpes.clerk)

    [item] = [item for item in client.get("/admin/").context["waiting"] if item["late"]]

    assert (item["count"], item["late"]) == (1, 1)
    assert list(client.get(item["url"]).context_data["cl"].result_list) == [late]


def test_whose_a_row_is_stands_by_its_dossier_whatever_the_row_says(world, lac):
    first, second = open_dossier(world, lac), open_dossier(world, lac)
    Expectation.objects.all().delete()

    about = {"kind": "message", "who": "shop", "state_since": MONDAY}
    Expectation.objects.bulk_create(
        [
            Expectation(dossier=first, cabinet=world.berry.cabinet, establishment=world.mer.establishment, **about),
            Expectation(dossier=second, cabinet=world.alpes.cabinet, **about),
        ]
    )

    owners = Expectation.objects.values_list("cabinet", "establishment")
    assert set(owners) == {(world.alpes.cabinet.pk, lac.establishment.pk)}
    first.establishment = world.mer.establishment
    first.save()
    Expectation.objects.update(establishment=lac.establishment)
    assert Expectation.objects.get(dossier=first).establishment == world.mer.establishment
