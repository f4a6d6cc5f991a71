"""The shown list as a file: the same rows, order and columns, and nothing a spreadsheet would compute."""

import csv
import io
from datetime import date, datetime
from decimal import Decimal

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from accounts.sheets import harmless
from claims.models.queries import PAGE_SIZE, SORT_KEYS
from tests.factories import DossierFactory
from tests.world import body_of

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1", "－1", "=cmd|' /C calc'!A0"]


@pytest.fixture
def lac(world, client):
    client.force_login(world.lac.owner)
    return world.lac


def add(world, shop, **fields):
    return DossierFactory(cabinet=world.alpes.cabinet, establishment=shop.establishment, **fields)


def as_csv(client, **query):
    text = body_of(client.get(reverse("dossiers_csv"), query)).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))


def as_xlsx(client, **query):
    book = load_workbook(io.BytesIO(body_of(client.get(reverse("dossiers_xlsx"), query))))
    return [[cell.value for cell in row] for row in book.active.iter_rows()], book.active


def test_the_file_holds_every_page_in_the_order_shown(world, lac, client):
    for number in range(PAGE_SIZE + 5):
        add(world, lac, reference=f"N{number:03d}", insured_name=f"Assuré {number:03d}")

    rows = as_csv(client, tri="-assure", q="assuré")
    shown = client.get("/dossiers/", {"tri": "-assure", "q": "assuré"}).context["rows"]

    place = rows[0].index("N° de dossier")
    assert [row[place] for row in rows[1:51]] == [line.dossier.reference for line in shown]
    assert len(rows) == 1 + PAGE_SIZE + 5 + 1


def test_a_list_longer_than_a_file_says_so_on_the_page_and_in_the_file(world, lac, client, monkeypatch):
    for number in range(3):
        add(world, lac, reference=f"N{number:03d}", insured_name=f"Coupé {number}")
    monkeypatch.setattr("accounts.sheets.XLSX_LIMIT", 2)
    monkeypatch.setattr("claims.views.listing.XLSX_LIMIT", 2)

    rows, _sheet = as_xlsx(client, q="coupé")

    assert len(rows) == 1 + 2 + 1
    assert rows[-1][0].startswith("Liste coupée après 2 dossiers")
    assert "les 2 premiers dossiers" in client.get("/dossiers/", {"q": "coupé"}).content.decode()
    assert len(as_csv(client, q="coupé")) == 1 + 3


def test_tab_filters_and_columns_are_those_of_the_screen(world, lac, client):
    add(world, lac, reference="FINI", state="termine", amount_excl_tax=Decimal("1905.60"), claim_on=date(2026, 3, 2))
    client.post(reverse("list_display"), {"colonnes": ["date_sinistre", "montant_ht", "etat"]})

    rows = as_csv(client, onglet="termine")

    assert rows == [
        ["Date du sinistre", "N° de dossier", "Montant HT", "État"],
        ["02/03/2026", "FINI", "1905,60", "Terminé"],
    ]


def test_a_workbook_holds_true_dates_and_amounts(world, lac, client):
    add(world, lac, reference="000123", state="termine", last_estimate=Decimal("1905.60"), claim_on=date(2026, 3, 2))

    rows, sheet = as_xlsx(client, onglet="termine")

    line = dict(zip(rows[0], rows[1], strict=True))
    assert line["N° de dossier"] == "000123"
    assert line["Dernier chiffrage"] == pytest.approx(1905.60)
    assert line["Date du sinistre"] == datetime(2026, 3, 2)  # noqa: DTZ001 -- a spreadsheet knows no time zone
    assert sheet.freeze_panes == "A2"


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_cell_is_a_formula(formula, world, lac, client):
    add(world, lac, reference="PIEGE", insured_name=formula, make=formula, claim_number=formula, impact=formula)
    client.post(reverse("list_display"), {"colonnes": list(SORT_KEYS)})

    _, sheet = as_xlsx(client, q="piege")
    cells = [field for row in as_csv(client, q="piege") for field in row]

    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    assert [field for field in cells if field.lstrip()[:1] in tuple("=+-@＝＋－＠") and field] == []


def test_plain_text_stays_as_it_is_and_what_xml_cannot_hold_goes():
    assert harmless("SIN/00012-A") == "SIN/00012-A"
    assert harmless("a\x00b\x0bc") == "abc"
    assert harmless("") == ""


def test_a_file_holds_own_rows_only(world, client):
    client.force_login(world.deux.owner)
    everything = str(as_csv(client)) + str(as_xlsx(client)[0])

    assert "ALPES-DEUX" in everything
    assert "LAC" not in everything
    world.deux.establishment.cabinet_links.filter(cabinet=world.alpes.cabinet).update(suspended_at="2026-01-01T00:00Z")
    assert "ALPES-DEUX" not in str(as_csv(client))


def test_staff_are_refused(world, client):
    client.force_login(world.alpes.clerk)

    assert client.get(reverse("dossiers_csv")).status_code == 403


@pytest.mark.parametrize("more", [0, 2])
def test_a_file_costs_the_same_for_one_row_and_three(more, world, lac, client, django_assert_num_queries):
    for _ in range(more):
        add(world, lac)

    with django_assert_num_queries(6):  # as the list, without its counts
        as_csv(client)


def test_files_are_named_in_french(lac, client, time_machine):
    time_machine.move_to("2026-11-21T09:00Z")

    answer = client.get(reverse("dossiers_xlsx"), {"onglet": "attente-facture"})

    assert "Attente%20de%20facture" in answer.headers["Content-Disposition"]
    assert "21-11-2026.xlsx" in answer.headers["Content-Disposition"]
    body_of(answer)
