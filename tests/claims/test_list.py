"""The list of dossiers, as a shop uses it."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from claims.models import Dossier
from claims.models.queries import PAGE_SIZE, SORT_KEYS
from tests.factories import DocumentFactory, DossierFactory, EstablishmentFactory, LinkFactory


@pytest.fixture
def lac(world, client):
    client.force_login(world.lac.owner)
    return world.lac


def add(world, shop, **fields):
    return DossierFactory(cabinet=world.alpes.cabinet, establishment=shop.establishment, **fields)


def shown(client, **query):
    answer = client.get("/dossiers/", query)
    assert answer.status_code == 200, answer.headers.get("Location")
    return [row.dossier.reference for row in answer.context["rows"]]


@pytest.mark.parametrize("more", [0, 2])
def test_the_list_costs_the_same_for_one_row_and_three(more, world, lac, client, django_assert_num_queries):
    for number in range(more):
        add(world, lac, reference=f"EN-PLUS-{number}")
    client.get("/dossiers/")

    with django_assert_num_queries(7):  # session, savepoint, scope, counts, rows, release, the test's own scope back
        answer = client.get("/dossiers/")

    assert len(answer.context["rows"]) == 1 + more


def test_a_search_costs_one_statement_more_at_most(world, lac, client, django_assert_max_num_queries):
    client.get("/dossiers/", {"q": "durand"})

    with django_assert_max_num_queries(10):
        client.get("/dossiers/", {"q": "durand", "mission_depuis": "2020-01-01"})


def test_new_then_a_count_then_new_again(world, lac, client):
    dossier = lac.dossiers["ALPES"]
    url = reverse("dossier", args=["ALPES", dossier.reference])

    def line():
        return client.get("/dossiers/").context["rows"][0]

    assert line().is_new
    client.get(url)
    assert not line().is_new
    assert line().dossier.received_count == 1
    DocumentFactory(dossier=dossier, published_at=timezone.now() + timedelta(seconds=1))
    assert line().is_new
    assert line().dossier.received_count == 2


def test_new_is_per_user(world, lac, client):
    from tests.factories import ShopMemberFactory

    colleague = ShopMemberFactory(organisation=lac.organisation).user
    client.get(reverse("dossier", args=["ALPES", lac.dossiers["ALPES"].reference]))

    client.force_login(colleague)

    assert client.get("/dossiers/").context["rows"][0].is_new


def test_a_dossier_without_document_is_not_new(world, lac, client):
    add(world, lac, reference="SANS-DOC", claim_on=date(2026, 6, 1))

    line = client.get("/dossiers/").context["rows"][0]

    assert (line.dossier.reference, line.is_new, line.dossier.received_count) == ("SANS-DOC", False, 0)


VALUES = [  # reference, and a value for every key, in ascending order
    {
        "reference": "AA",
        "claim_on": date(2026, 1, 1),
        "expertise_on": date(2026, 1, 1),
        "insured_name": "Éclair",
        "make": "Alpine",
        "plate": "AA-001-AA",
        "insurer_code": "100",
        "last_estimate": Decimal("9.50"),
        "siret": "1",
        "state": "attente_ead",
        "received_count": 1,
    },
    {
        "reference": "BB",
        "claim_on": date(2026, 1, 2),
        "expertise_on": date(2026, 2, 1),
        "insured_name": "fabre",
        "make": "Citroën",
        "plate": "AA 002 AA",
        "insurer_code": "101",
        "last_estimate": Decimal("10.00"),
        "siret": "2",
        "state": "mission_recue",
        "received_count": 2,
    },
    {
        "reference": "CC",
        "claim_on": date(2026, 1, 3),
        "expertise_on": date(2026, 3, 1),
        "insured_name": "Zoé",
        "make": "Zastava",
        "plate": "AA003AA",
        "insurer_code": "102",
        "last_estimate": Decimal("1000.00"),
        "siret": "3",
        "state": "termine",
        "received_count": 3,
    },
]


@pytest.mark.parametrize("column", SORT_KEYS)
def test_every_column_sorts_both_ways_and_leaves_unknown_values_last(column, world, lac, client):
    Dossier.objects.filter(pk=lac.dossiers["ALPES"].pk).delete() if not lac.documents else None
    for fields in VALUES:
        add(world, lac, **fields)
    known = {"AA", "BB", "CC"}

    ascending = [reference for reference in shown(client, tri=column) if reference in known]
    descending = [reference for reference in shown(client, tri=f"-{column}") if reference in known]

    if column == "cabinet":  # one cabinet here: see the next test
        assert set(ascending) == known
    else:
        assert ascending == ["AA", "BB", "CC"]
        assert descending == ["CC", "BB", "AA"]


def test_cabinets_sort_by_name_not_by_number(world, client):
    client.force_login(world.deux.owner)
    type(world.alpes.cabinet).objects.filter(pk=world.alpes.cabinet.pk).update(name="Zénith")

    assert shown(client, tri="cabinet") == ["BERRY-DEUX", "ALPES-DEUX"]
    assert shown(client, tri="-cabinet") == ["ALPES-DEUX", "BERRY-DEUX"]


def test_unknown_dates_stand_last_whichever_way(world, lac, client):
    add(world, lac, reference="SANS-DATE", claim_on=None)

    assert shown(client, tri="date_sinistre")[-1] == "SANS-DATE"
    assert shown(client, tri="-date_sinistre")[-1] == "SANS-DATE"


@pytest.mark.parametrize(
    "typed",
    [
        "GF531QZ",
        "gf-531-qz",
        "gf531",
        "durand",
        "DÜRAND peugeot",
        "peugeot 208",
        "ALPES-LAC2",
        "00012/A",
        "sin/00",
        "lac2 gf",
    ],
)
def test_search_finds_by_every_key_whatever_case_accents_and_dashes(typed, world, lac, client):
    add(world, lac, reference="ALPES-LAC2", claim_number="SIN/00012/A", insured_name="Durand", plate="GF-531-QZ")
    add(
        world,
        lac,
        reference="AUTRE",
        insured_name="Autre",
        make="Fiat",
        model="500",
        plate="ZZ-999-ZZ",
        claim_number="9",
    )

    assert shown(client, q=typed) == ["ALPES-LAC2"] or set(shown(client, q=typed)) == {"ALPES-LAC2", "ALPES-LAC"}


def test_search_by_siret_with_or_without_spaces(world, lac, client):
    siret = lac.establishment.siret
    spaced = f"{siret[:3]} {siret[3:6]} {siret[6:9]} {siret[9:]}"

    assert shown(client, q=siret) == shown(client, q=spaced) == ["ALPES-LAC"]


@pytest.mark.parametrize(
    "typed", ["%", "_", "\\", "'; DROP TABLE x; --", "100%", "a_b", "\x00", "😀", "x" * 100, "- -"]
)
def test_search_takes_any_text_literally(typed, world, lac, client):
    assert client.get("/dossiers/", {"q": typed}).status_code == 200
    if typed.strip("\x00- "):
        assert shown(client, q=typed) == []


def test_search_on_all_includes_closed_and_a_tab_keeps_to_itself(world, lac, client):
    add(world, lac, reference="FINI", insured_name="Unique", state="termine")
    add(world, lac, reference="OUVERT", insured_name="Unique", state="en_cours")

    assert set(shown(client, q="unique")) == {"FINI", "OUVERT"}
    assert shown(client, q="unique", onglet="en-cours") == ["OUVERT"]
    assert shown(client, q="unique", onglet="termine") == ["FINI"]


def test_tabs_count_what_they_show(world, lac, client):
    for state in (
        "attente_ead",
        "attente_rdv",
        "visite_planifiee",
        "attente_documents",
        "en_cours",
        "attente_facture",
        "termine",
    ):
        add(world, lac, state=state)
    add(world, lac, state="en_cours", ve_procedure="VGE")

    for tab in client.get("/dossiers/").context["tabs"]():
        assert len(shown(client, onglet=tab["slug"])) == tab["count"], tab["slug"]


def test_filters_by_cabinet_site_and_mission_date(world, client):
    shop = world.deux
    second = EstablishmentFactory(organisation=shop.organisation, name="Annexe")
    LinkFactory(cabinet=world.alpes.cabinet, establishment=second)
    DossierFactory(cabinet=world.alpes.cabinet, establishment=second, reference="ANNEXE", mission_on=date(2026, 5, 1))
    client.force_login(shop.owner)

    assert set(shown(client)) == {"ALPES-DEUX", "BERRY-DEUX", "ANNEXE"}
    assert shown(client, cabinet="BERRY") == ["BERRY-DEUX"]
    assert shown(client, siret=second.siret) == ["ANNEXE"]
    assert shown(client, mission_depuis="2026-05-01", mission_jusqua="01/05/2026") == ["ANNEXE"]
    assert shown(client, mission_depuis="2026-05-02") == []
    tabs = {tab["slug"]: tab["count"] for tab in client.get("/dossiers/", {"cabinet": "ALPES"}).context["tabs"]()}
    assert tabs["tous"] == 2


def test_several_sites_are_merged_in_one_order_across_pages(world, client):
    shop = world.deux
    second = EstablishmentFactory(organisation=shop.organisation)
    LinkFactory(cabinet=world.alpes.cabinet, establishment=second)
    start = date(2026, 1, 1)
    for number in range(PAGE_SIZE + 8):
        site = second if number % 3 else shop.establishment
        DossierFactory(
            cabinet=world.alpes.cabinet,
            establishment=site,
            reference=f"N{number:03d}",
            claim_on=start + timedelta(number),
        )
    client.force_login(shop.owner)

    pages = shown(client, tri="date_sinistre"), shown(client, tri="date_sinistre", page=2)

    numbered = [reference for page in pages for reference in page if reference.startswith("N")]
    assert numbered == sorted(numbered)
    assert len(numbered) == PAGE_SIZE + 8
    assert len(pages[0]) == PAGE_SIZE


@pytest.mark.parametrize(
    "query",
    [
        {"onglet": "inconnu"},
        {"tri": "inconnue"},
        {"tri": "--reference"},
        {"tri": "received_count"},
        {"page": "0"},
        {"page": "-1"},
        {"page": "abc"},
        {"page": "99999999999999"},
        {"page": "5000"},
        {"cabinet": "AUTRE"},
        {"siret": "123"},
        {"mission_depuis": "demain"},
        {"mission_depuis": "2026-13-45"},
        {"onglet": ["en-cours", "tous"]},
    ],
)
def test_a_senseless_address_is_a_harmless_default(query, world, lac, client):
    assert shown(client, **query) == ["ALPES-LAC"]


def test_a_page_past_the_end_of_a_search_starts_again(world, lac, client):
    answer = client.get("/dossiers/", {"q": "assure", "page": "7"})

    assert answer.status_code == 302
    assert answer.headers["Location"] == "/dossiers/?q=assure"


def test_staff_are_sent_to_the_admin(world, client):
    client.force_login(world.alpes.clerk)

    assert client.get("/dossiers/").headers["Location"] == "/"
    assert client.get("/").headers["Location"] == "/admin/"


def test_the_way_back_is_the_list_one_came_from(world, lac, client):
    client.get("/dossiers/", {"onglet": "attente-rdv", "tri": "assure"})

    answer = client.get(reverse("dossier", args=["ALPES", "ALPES-LAC"]))

    assert answer.context["back_url"] == "/dossiers/?onglet=attente-rdv&tri=assure"


def test_under_a_search_only_the_tab_in_sight_has_a_count(world, lac, client):
    add(world, lac, reference="FINI", insured_name="Unique", state="termine")

    tabs = {tab["slug"]: tab["count"] for tab in client.get("/dossiers/", {"q": "unique"}).context["tabs"]()}

    assert tabs["tous"] == 1
    assert {count for slug, count in tabs.items() if slug != "tous"} == {None}
