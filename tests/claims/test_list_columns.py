"""Columns, tab and width as each person likes them; every cell escaped."""

import re

import pytest
from django.urls import reverse

from accounts.scope import Actor, CabinetName, Kind, Site
from claims.models import Dossier, ListPreference
from claims.models.queries import DEFAULT_COLUMNS, SORT_KEYS
from claims.views import columns
from tests.factories import DossierFactory

NASTY = "<b onmouseover='x'>\"&"


@pytest.fixture
def lac(world, client):
    client.force_login(world.lac.owner)
    return world.lac


def choose(client, *slugs, **more):
    return client.post(reverse("list_display"), {"colonnes": slugs, "retour": "onglet=tous&tri=assure", **more})


def titles(client, **query):
    return [header["column"].slug for header in client.get("/dossiers/", query).context["headers"]()]


def test_columns_stand_in_one_order_for_sorting_choosing_and_drawing():
    assert tuple(columns.COLUMNS) == tuple(SORT_KEYS)
    assert len(DEFAULT_COLUMNS) == 12


def test_chosen_columns_are_kept_per_person_and_the_reference_always_shown(world, lac, client):
    answer = choose(client, "etablissement", "date_rdv", "assure")

    assert answer.headers["Location"] == "/dossiers/?onglet=tous&tri=assure"
    assert titles(client) == ["reference", "assure", "date_rdv", "etablissement"]
    assert "Atelier Lac" in client.get("/dossiers/").content.decode()
    client.force_login(world.lac.member.user)
    assert titles(client) == list(DEFAULT_COLUMNS)


def test_no_column_or_the_button_brings_the_usual_ones_back(lac, client):
    for back in ({"defaut": "oui"}, {}):
        choose(client, "montant_ht")
        choose(client, **back)
        assert titles(client) == list(DEFAULT_COLUMNS)


@pytest.mark.parametrize("typed", [["inconnue"], ["assure", "x' OR 1=1"]])
def test_a_senseless_choice_changes_nothing(typed, lac, client):
    choose(client, "montant_ht")

    choose(client, *typed)

    assert titles(client) == ["reference", "montant_ht"]


def test_the_way_back_never_leaves_the_list(lac, client):
    answer = choose(client, "assure", retour="//ailleurs.test/?x=1")

    assert answer.headers["Location"].startswith("/dossiers/?")


def test_every_column_shown_costs_no_statement_more(lac, client, django_assert_num_queries):
    choose(client, *SORT_KEYS)
    client.get("/dossiers/")

    with django_assert_num_queries(7):
        answer = client.get("/dossiers/")

    assert len(answer.context["headers"]()) == len(SORT_KEYS)


def test_the_last_tab_is_where_the_portal_opens(lac, client):
    assert client.get("/dossiers/").status_code == 200

    client.get("/dossiers/", {"onglet": "en-cours"})

    assert client.get("/dossiers/").headers["Location"] == "/dossiers/?onglet=en-cours"
    assert client.get("/dossiers/", {"q": "durand"}).context["form"].wanted().tab == "tous"
    client.get("/dossiers/", {"onglet": "tous"})
    assert client.get("/dossiers/").status_code == 200


def test_full_screen_is_kept_and_taken_back(lac, client):
    client.post(reverse("list_display"), {"plein_ecran": "oui"})
    assert '<body class="full">' in client.get("/dossiers/").content.decode()
    assert titles(client) == list(DEFAULT_COLUMNS)

    client.post(reverse("list_display"), {"plein_ecran": "non"})

    assert '<body class="full">' not in client.get("/dossiers/").content.decode()


def test_staff_choose_nothing_here(world, client):
    client.force_login(world.alpes.clerk)

    choose(client, "assure")

    assert not ListPreference.objects.exists()


@pytest.mark.parametrize(
    "field",
    ["reference", "insured_name", "make", "model", "plate", "insurer_code", "insurer_name", "siret", "claim_number",
     "impact", "expert_email"],
)  # fmt: skip
def test_what_somebody_typed_is_text_in_every_cell(field, world, lac, client):
    DossierFactory(cabinet=world.alpes.cabinet, establishment=lac.establishment, **{field: NASTY[:20]})
    choose(client, *SORT_KEYS)

    body = client.get("/dossiers/").content.decode()

    assert NASTY[:12] not in body
    assert "&lt;b onmouse" in body


def test_names_of_cabinets_and_sites_are_text_too():
    actor = Actor(Kind.REPAIRER, sites=(Site(1, "1", NASTY),), cabinets=(CabinetName(1, "A", NASTY),))
    dossier = Dossier(cabinet_id=1, establishment_id=1, reference=NASTY)

    drawn = columns.rows_of(columns.lines([dossier], actor), list(columns.COLUMNS.values()))

    assert "<b on" not in drawn
    assert not re.search(r"title=\"[^\"]*'[^\"]*\"", drawn)


def test_a_procedure_ve_shows_whatever_the_columns(world, lac, client):
    DossierFactory(cabinet=world.alpes.cabinet, establishment=lac.establishment, ve_procedure="VGE")
    choose(client, "assure")

    assert '<b class="chip ve">VGE</b>' in client.get("/dossiers/").content.decode()
    assert len(client.get("/dossiers/", {"onglet": "suivi-ve"}).context["rows"]) == 1


def test_sites_sort_by_name_not_by_number(world, client):
    from tests.factories import EstablishmentFactory, LinkFactory

    shop = world.deux
    for name in ("Zénith", "Abeille"):
        site = EstablishmentFactory(organisation=shop.organisation, name=name)
        LinkFactory(cabinet=world.alpes.cabinet, establishment=site)
        DossierFactory(cabinet=world.alpes.cabinet, establishment=site, reference=name)
    client.force_login(shop.owner)

    up = [row.dossier.reference for row in client.get("/dossiers/", {"tri": "etablissement"}).context["rows"]]

    assert (up[0], up[-1]) == ("Abeille", "Zénith")


@pytest.mark.parametrize("reference", ["990/05 11-A", "a~b", "é è", "..", "a?b#c", "100%", "a'b\"c", "x:y@z;&="])
def test_a_row_leads_where_the_address_of_a_dossier_leads(reference):
    actor = Actor(Kind.REPAIRER, cabinets=(CabinetName(1, "A-1", "A"),))
    (line,) = columns.lines([Dossier(cabinet_id=1, reference=reference)], actor)

    assert line.url == reverse("dossier", args=["A-1", reference])
