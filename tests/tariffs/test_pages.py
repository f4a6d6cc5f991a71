"""The pages of rates, as a shop uses them."""

import csv
import io
import sys
import uuid
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from accounts import printing
from accounts.typography import spaced
from tariffs.cells import key
from tariffs.models import TariffDraft, TariffPdf, TariffVersion
from tariffs.services import make_pdfs
from tests.factories import TariffVersionFactory


@pytest.fixture
def shop(world, client):
    client.force_login(world.lac.owner)
    return world.lac


def posted(*rows, **more):
    today = timezone.localdate().isoformat()
    data = {"lignes": len(rows), "applicable_le": today, "marque": "", "jeton": str(uuid.uuid4()), "faire": "envoyer"}
    for number, row in enumerate(rows):
        data |= {f"l{number}-{slug}": text for slug, text in row.items()}
    return data | more


def address(shop):
    return reverse("tariff_grid", args=[shop.establishment.siret])


def test_a_right_grid_is_sent_and_its_page_shows_it(shop, client):
    answer = client.post(address(shop), posted({"payeur": "PUBLIC", "t1": "62,50", "agree": "oui"}), follow=True)

    version = TariffVersion.objects.get(site=shop.establishment, number=2)
    assert answer.redirect_chain == [(version.get_absolute_url(), 302)]
    assert "62,50" in answer.content.decode()
    assert "Version 2 envoyée" in answer.content.decode()


def test_a_wrong_cell_sends_nothing_and_keeps_everything_typed(shop, client):
    answer = client.post(address(shop), posted({"payeur": "PUBLIC", "t1": "6O", "remise_mo": "101"}))

    body = answer.content.decode()
    assert answer.status_code == 422
    assert spaced('href="#l0-t1">Ligne 1, T1 : ce n’est pas un nombre') in spaced(body)
    assert spaced('href="#l0-remise_mo">Ligne 1, Remise MO : au plus 100 %') in spaced(body)
    assert TariffVersion.objects.filter(site=shop.establishment).count() == 1
    assert 'value="6O"' in client.get(address(shop)).content.decode()


def test_without_a_script_a_row_is_added_and_the_rest_stays(shop, client):
    answer = client.post(address(shop), posted({"payeur": "PUBLIC", "t1": "x"}, faire="ajouter"))

    assert answer.headers["Location"].endswith("#l1-payeur")
    assert len(TariffDraft.objects.get(site=shop.establishment).content["rows"]) == 2


def test_a_save_from_an_older_window_writes_nothing_over(shop, client):
    first = client.post(address(shop), posted({"payeur": "A", "t1": "1"}, faire="auto", revision="1"))
    second = client.post(address(shop), posted({"payeur": "B", "t1": "2"}, faire="auto", revision="1"))

    assert (first.status_code, second.status_code) == (200, 409)
    assert TariffDraft.objects.get(site=shop.establishment).content["rows"][0]["payer"] == "A"


def test_what_is_thrown_away_is_gone(shop, client):
    client.post(address(shop), posted(faire="vider"))

    assert not TariffDraft.objects.filter(site=shop.establishment).exists()


def test_the_csv_read_back_gives_the_same_grid(shop, client):
    version = TariffVersionFactory(
        site=shop.establishment, number=5, make="Citroën", make_key="citroen", rows={"=1+1": "5"}
    )
    content = client.get(reverse("tariff_csv", args=[version.public_id])).content
    assert list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))[1][2] == "'=1+1"

    file = io.BytesIO(content)
    file.name = "grille.csv"
    client.post(reverse("tariff_file", args=[shop.establishment.siret]), {"fichier": file})
    draft = TariffDraft.objects.get(site=shop.establishment).content

    assert (draft["make"], draft["rows"]) == (
        "Citroën",
        [{"payer": "=1+1", "cells": {"t1": "5,00"}, "approved": "non"}],
    )


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"nom;prix\r\nA;1\r\n", "nommer les colonnes"),
        (b"payeur;t1\r\n", "aucune ligne"),
        (b"payeur;t1\r\n" + b"A;1\r\n" * 61, "61 lignes"),
        (b"marque;payeur\r\nFiat;A\r\nFord;B\r\n", "plusieurs marques"),
        (b"\x00\x01", "nommer les colonnes"),
    ],
)
def test_a_file_that_is_no_grid_says_why(shop, client, content, reason):
    file = io.BytesIO(content)
    file.name = "grille.csv"

    answer = client.post(reverse("tariff_file", args=[shop.establishment.siret]), {"fichier": file}, follow=True)

    assert reason in answer.content.decode()


def test_two_versions_are_compared_cell_by_cell(shop, client):
    newer = TariffVersionFactory(site=shop.establishment, number=2, rows={"PAYEUR Lac": "64.00", "MAIF": "1.00"})

    body = client.get(newer.get_absolute_url(), {"avec": "1"}).content.decode()

    assert "61,00</del>" in body
    assert "64,00</ins>" in body
    assert "ajoutée" in body


def test_the_question_shows_the_rate_and_why(shop, client):
    body = client.get("/tarifs/", {"le": "2026-06-01", "payeur": "payeur lac"}).content.decode()

    assert spaced("la ligne de ce payeur, dans la grille « toutes marques »") in spaced(body)
    assert "73,20" in body  # 61,00 with VAT at 20 %


def test_the_pdf_is_made_by_a_worker_and_then_downloaded(shop, client):
    TariffPdf.objects.filter(version=shop.tariff).delete()
    waiting = client.get(reverse("tariff_pdf", args=[shop.tariff.public_id]), follow=True).content.decode()
    assert "PDF est en préparation" in waiting
    assert make_pdfs() >= 1
    answer = client.get(reverse("tariff_pdf", args=[shop.tariff.public_id]))

    assert b"".join(answer.streaming_content).startswith(b"%PDF-1.7")


@pytest.mark.parametrize("versions", [1, 3])
def test_the_pages_ask_the_database_a_fixed_number_of_times(versions, shop, client, django_assert_num_queries):
    for number in range(2, versions + 1):
        TariffVersionFactory(site=shop.establishment, number=number, rows={"A": "1", "B": "2"})
    client.get("/tarifs/")

    with django_assert_num_queries(9):
        client.get("/tarifs/")
    with django_assert_num_queries(7):
        client.get(address(shop))


@pytest.fixture
def without_pango(monkeypatch):
    printing._weasyprint.cache_clear()
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    yield
    printing._weasyprint.cache_clear()


def test_without_pango_the_page_says_so_and_the_worker_goes_on(shop, client, without_pango, caplog):
    TariffPdf.objects.filter(version=shop.tariff).delete()
    address = reverse("tariff_pdf", args=[shop.tariff.public_id])

    assert make_pdfs() == 0
    assert "Pango is missing" in caplog.text
    assert "en préparation" in client.get(address, follow=True).content.decode()
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        body = client.get(address, follow=True).content.decode()
    assert spaced("Le PDF n’a pas pu être fait sur ce serveur : le CSV dit la même chose.") in spaced(body)


def test_a_make_written_before_is_suggested_once_in_the_shops_own_spelling(shop, client):
    TariffVersionFactory(site=shop.establishment, number=2, make="citroen", make_key="citroen")
    TariffVersionFactory(site=shop.establishment, number=3, make="Zoé & Cie", make_key=key("Zoé & Cie"))

    for page in (address(shop), "/tarifs/"):
        body = client.get(page).content.decode()
        assert '<option value="citroen">' in body
        assert '<option value="Zoé &amp; Cie">' in body
        assert "Citroën" not in body
