"""The shop's day by keyboard alone, what helps while one types, and what is shown without a connection."""

from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from claims.models import Dossier
from tests import samples
from tests.browser.conftest import PHONE, sign_in
from tests.browser.test_account import tab_to
from tests.browser.test_workspace import mission, worker  # noqa: F401 -- fixtures
from tests.factories import PASSWORD

pytestmark = pytest.mark.slow


def press(page: Page, name: str) -> None:
    """Tab to what is called so, and follow it."""
    tab_to(page, name)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_a_shops_day_by_keyboard_alone(
    visitor: BrowserContext,
    mission: Dossier,  # noqa: F811
    worker: None,  # noqa: F811
    tmp_path: Path,
) -> None:
    page, paper = visitor.new_page(), tmp_path / "Devis.pdf"
    paper.write_bytes(samples.pdf(text="Devis"))
    page.goto("/connexion/")
    page.keyboard.type("patron@lac.test")
    tab_to(page, "Mot de passe")
    page.keyboard.type(PASSWORD)
    with page.expect_navigation():
        page.keyboard.press("Enter")

    page.keyboard.press("Tab")
    expect(page.get_by_text("Aller au contenu")).to_be_focused()
    page.keyboard.press("/")
    page.keyboard.type("hb482kt")
    expect(page.locator("tbody tr")).to_have_count(1)  # found while one types
    expect(page.get_by_role("status").filter(has_text="1 dossier")).to_have_count(1)
    tab_to(page, mission.reference)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    press(page, "Envoyer")
    page.get_by_label("PDF ou photos").set_input_files(paper)  # the dialogue is the system's own
    expect(page.get_by_text("Prêt à envoyer")).to_be_visible()
    tab_to(page, "Type de document")
    page.keyboard.type("Devis")
    press(page, "Envoyer au cabinet")

    expect(page.get_by_role("heading", name="Accusé de dépôt")).to_be_visible()


def test_arrows_go_from_row_to_row(visitor: BrowserContext, dossier: Dossier) -> None:
    page = visitor.new_page()
    sign_in(page, "patron@lac.test")
    rows = page.locator("tbody .link")

    rows.first.focus()
    page.keyboard.press("ArrowDown")
    expect(rows.nth(1)).to_be_focused()
    page.keyboard.press("End")
    expect(rows.last).to_be_focused()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowUp")
    expect(rows.first).to_be_focused()


def test_cards_on_a_phone_stay_a_table_to_those_who_listen(visitor: BrowserContext, dossier: Dossier) -> None:
    page = visitor.new_page()
    page.set_viewport_size(PHONE)
    sign_in(page, "patron@lac.test")

    table = page.get_by_role("table", name="Dossiers")
    expect(table.get_by_role("row")).to_have_count(51)
    expect(table.get_by_role("columnheader", name="Assuré")).to_have_count(1)
    expect(table.get_by_role("row").nth(1).get_by_role("cell").first).to_be_visible()
    assert page.evaluate("getComputedStyle(document.querySelector('tbody tr')).display") == "grid"


def test_the_shortcut_is_switched_off_where_somebody_wants_none(visitor: BrowserContext, dossier: Dossier) -> None:
    page = visitor.new_page()
    sign_in(page, "patron@lac.test")
    page.goto("/parametres/")
    page.get_by_label("La touche « / » mène à la recherche").uncheck()

    page.goto("/dossiers/")
    page.keyboard.press("/")
    expect(page.get_by_label("Rechercher un dossier")).not_to_be_focused()
    page.goto("/parametres/")
    expect(page.get_by_label("La touche « / » mène à la recherche")).not_to_be_checked()


def test_a_choice_by_keyboard_waits_for_its_button(visitor: BrowserContext, dossier: Dossier) -> None:
    page = visitor.new_page()
    sign_in(page, "patron@lac.test")
    page.goto("/agenda/")
    choice = page.locator("form[data-autosubmit] select").first

    choice.focus()
    page.keyboard.press("ArrowDown")
    page.wait_for_timeout(300)
    assert page.url.endswith("/agenda/")
    with page.expect_navigation():
        choice.click()
        choice.select_option(index=1)


def test_without_a_connection_one_page_says_so_and_nothing_of_anybody_is_kept(
    visitor: BrowserContext, dossier: Dossier
) -> None:
    page = visitor.new_page()
    sign_in(page, "patron@lac.test")
    page.evaluate("navigator.serviceWorker.ready")
    page.goto(dossier.get_absolute_url())

    kept = page.evaluate(
        "async () => (await Promise.all((await caches.keys()).map(async name =>"
        " (await (await caches.open(name)).keys()).map(one => new URL(one.url).pathname)))).flat()"
    )
    visitor.set_offline(True)
    page.goto("/dossiers/")

    expect(page.get_by_role("heading", name="Pas de connexion")).to_be_visible()
    assert [path for path in kept if not path.startswith("/static/")] == ["/hors-ligne/"]
    visitor.set_offline(False)
    page.get_by_role("link", name="Réessayer").click()
    expect(page.get_by_role("heading", name="Dossiers")).to_be_visible()
