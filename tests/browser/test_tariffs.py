"""Rates in a true browser: pasted, mended, sent, acknowledged; by keyboard, without JavaScript, on a phone."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect

from accounts import scope
from accounts.models import CabinetMember
from accounts.scope import System
from claims.models import Dossier
from tariffs.cells import key
from tariffs.models import DefaultPayer, TariffRate
from tests.browser.conftest import DESK, PHONE, sign_in
from tests.factories import CabinetMemberFactory, UserFactory

PAYERS = ("PUBLIC", "TAUX CAPSAUTO", "TAUX ELEXIA", "TAUX ASSERCAR", "MACIF", "COVEA", "MATMUT", "MAIF")


def block() -> list[list[str]]:
    """Eight rows of thirteen cells, as a spreadsheet copies them; two are wrong."""
    rows = [[f"{60 + row},5"] * 7 + ["1 234,50", "30.5", "0"] + ["5", "0", "12,5"] for row in range(len(PAYERS))]
    rows[2][1], rows[5][12] = "6O", "101"  # a letter; more than everything
    return rows


def paste(page: Page, label: str, rows: list[list[str]]) -> None:
    text = "\n".join("\t".join(row) for row in rows) + "\n"
    page.evaluate("text => navigator.clipboard.writeText(text)", text)
    page.get_by_label(label, exact=True).focus()
    page.keyboard.press("Control+V")


@pytest.fixture(autouse=True)
def _payers(transactional_db: None) -> None:
    """The network's own, which come with a migration and go with the first test that commits."""
    with scope.system(System.TESTS):
        for position, name in enumerate(PAYERS):
            DefaultPayer.objects.get_or_create(key=key(name), defaults={"name": name, "position": position})


@pytest.fixture
def clerk(dossier: Dossier) -> None:
    with scope.system(System.TESTS):
        user = UserFactory(email="gestionnaire@lac.test", is_staff=True)
        CabinetMemberFactory(cabinet=dossier.cabinet, user=user, role=CabinetMember.Role.CLERK)


def at(page: Page, dossier: Dossier) -> Page:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    sign_in(page, "patron@lac.test")
    page.goto(f"/tarifs/saisir/{dossier.siret}/")
    return page


def asked(page: Page, on: object, make: str) -> str:
    page.goto("/tarifs/")
    page.get_by_label("Payeur").fill("macif")
    page.get_by_label("Marque").fill(make)
    page.get_by_label("Le", exact=True).fill(str(on))
    page.get_by_role("button", name="Chercher").click()
    return page.locator(".answer").inner_text()


@pytest.mark.slow
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_from_a_pasted_block_to_the_rate_of_a_day(chromium: Browser, live_server, dossier, clerk, size) -> None:
    shop, desk = (chromium.new_context(base_url=str(live_server), viewport=size).new_page() for _ in range(2))
    at(shop, dossier)
    paste(shop, "T1, PUBLIC", block())
    expect(shop.get_by_text("8 lignes collées")).to_be_visible()
    expect(shop.get_by_text("Saisie enregistrée")).to_be_visible()
    shop.get_by_role("button", name="Envoyer mes tarifs").click()
    expect(shop.get_by_text("2 erreurs : rien n’est envoyé")).to_be_visible()

    for line, right in ((3, "62,5"), (6, "10")):
        shop.locator("[data-problems]").get_by_role("link", name=f"Ligne {line}").click()
        shop.keyboard.press("Control+A")
        shop.keyboard.type(right)
    shop.get_by_role("button", name="Envoyer mes tarifs").click()
    expect(shop.get_by_text("Version 1 envoyée")).to_be_visible()
    with scope.system(System.TESTS):
        assert TariffRate.objects.count() == len(PAYERS)

    sign_in(desk, "gestionnaire@lac.test")
    desk.goto("/admin/tariffs/transmission/")
    desk.locator("#result_list tbody a").first.click()
    desk.get_by_role("button", name="Accuser réception").click()
    expect(desk.get_by_text("le réparateur en est averti")).to_be_visible()
    shop.reload()
    expect(shop.get_by_text("reçue le")).to_be_visible()
    _second_version(shop, dossier)
    for page in (shop, desk):
        page.context.close()


def _second_version(shop: Page, dossier: Dossier) -> None:
    """For one make, in ten days: that day is asked before and after, then the day before it and another make."""
    later = timezone.localdate() + timedelta(days=10)
    first = shop.url
    assert "64,50" in asked(shop, later, "citroen")
    shop.goto(first)
    shop.get_by_role("link", name="Partir de cette version").click()
    shop.get_by_label("Marque concernée").fill("Citroën")
    shop.get_by_label("Date d’application").fill(later.isoformat())
    shop.get_by_label("T1, MACIF").fill("99")
    shop.get_by_role("button", name="Envoyer mes tarifs").click()
    expect(shop.get_by_text("Version 2 envoyée")).to_be_visible()

    assert "64,50" in asked(shop, later - timedelta(days=1), "citroen")
    assert "99,00" in asked(shop, later, "CITROEN")
    assert "64,50" in asked(shop, later, "Renault")


def test_the_grid_is_filled_and_sent_by_keyboard_alone(visitor: BrowserContext, dossier: Dossier) -> None:
    page = at(visitor.new_page(), dossier)
    page.get_by_label("T1, PUBLIC", exact=True).focus()
    for text, press in (("60", "ArrowRight"), ("61", "ArrowDown"), ("62", "Enter"), ("63", "ArrowUp")):
        page.keyboard.type(text)
        page.keyboard.press(press)

    typed = {name: page.get_by_label(name, exact=True).input_value() for name in ("T1, PUBLIC", "T2, PUBLIC")}
    below = [page.get_by_label(f"T2, {payer}", exact=True).input_value() for payer in PAYERS[1:3]]
    assert (typed, below) == ({"T1, PUBLIC": "60", "T2, PUBLIC": "61"}, ["62", "63"])
    page.get_by_role("button", name="Envoyer mes tarifs").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_text("Version 1 envoyée")).to_be_visible()


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_the_grid_works_without_javascript(chromium: Browser, live_server, dossier: Dossier, size) -> None:
    options = {"base_url": str(live_server), "viewport": size, "java_script_enabled": False, "locale": "fr-FR"}
    page = chromium.new_context(**options).new_page()
    sign_in(page, "patron@lac.test")
    page.goto(f"/tarifs/saisir/{dossier.siret}/")
    page.get_by_label("T1, PUBLIC", exact=True).fill("6O")
    page.get_by_role("button", name="Ajouter une compagnie").click()
    page.get_by_label("Payeur, ligne 9").fill("Mutuelle des Cimes")
    page.get_by_label("T1, nouveau payeur").fill("58,00")
    page.get_by_role("button", name="Envoyer mes tarifs").click()

    expect(page.get_by_role("link", name="Ligne 1, T1")).to_be_visible()
    page.get_by_label("T1, PUBLIC", exact=True).fill("60")
    page.get_by_role("button", name="Envoyer mes tarifs").click()
    expect(page.get_by_text("Version 1 envoyée")).to_be_visible()
    expect(page.get_by_role("row", name="Mutuelle des Cimes")).to_contain_text("58,00")
    page.context.close()
