"""What pages do in a browser: rows that open, search, rules that tick. How they look: `test_every_page`."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

from claims.models import Dossier
from tests.browser.conftest import sign_in


def problems(page: Page, path: str) -> list[str]:
    """What is wrong with a page, in words."""
    refused: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            refused.append(f"{path}: {message.text}")

    page.on("console", note)
    page.goto(path)
    page.remove_listener("console", note)
    wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    violations = [f"{path}: {found['id']}" for found in Axe().run(page).response["violations"]]
    return refused + violations + [f"{path}: wider than the screen"] * wide


def test_row_opens_by_click_anywhere_and_by_keyboard(visitor: BrowserContext, dossier: Dossier) -> None:
    page = visitor.new_page()
    sign_in(page, "patron@lac.test")
    cell = page.locator("tbody tr").first.locator(".car")

    with page.expect_navigation():
        cell.click(force=True)  # what lies under the pointer is the row's link
    by_click = page.url
    page.goto("/dossiers/")
    page.locator("tbody .link").first.focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")

    assert by_click == page.url
    assert page.url.endswith(dossier.get_absolute_url())


def test_slash_goes_to_the_search_and_the_address_stays_short(visitor: BrowserContext, dossier: Dossier) -> None:
    page = visitor.new_page()
    sign_in(page, "patron@lac.test")

    page.keyboard.press("/")
    page.keyboard.type(dossier.reference)
    with page.expect_navigation():
        page.keyboard.press("Enter")

    assert page.url.endswith(f"/dossiers/?q={dossier.reference}")
    assert page.locator("tbody tr").count() == 1


def test_password_rules_tick_while_one_types(visitor: BrowserContext) -> None:
    page = visitor.new_page()
    page.goto("/inscription/")
    page.get_by_label("Nom de l’entreprise").fill("Carrosserie du Lac")

    page.get_by_label("Mot de passe").fill("carrosserie-bleue")

    kept = page.locator("[data-rule].kept").evaluate_all("rules => rules.map(rule => rule.dataset.rule)")
    assert kept == ["length", "letters"]


def test_an_address_with_an_anchor_opens_its_answer(visitor: BrowserContext, transactional_db: None) -> None:
    page = visitor.new_page()

    page.goto("/aide/#mot-de-passe-oublie")

    assert page.locator("details[open]").count() == 1
    assert page.get_by_text("valable une heure").is_visible()


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without"])
def test_a_missing_dossier_is_asked_for_by_keyboard(chromium: Browser, live_server, dossier: Dossier, script) -> None:
    context = chromium.new_context(base_url=str(live_server), locale="fr-FR", java_script_enabled=script)
    page = context.new_page()
    sign_in(page, "patron@lac.test")
    page.goto("/aide/dossier-introuvable/")

    page.get_by_label("Immatriculation").focus()
    page.keyboard.type("AB-123-CD")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.get_by_role("button", name="Transmettre").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")

    assert page.get_by_text("Votre demande est transmise").is_visible()
    assert page.locator(".asked li").count() == 1
    context.close()
