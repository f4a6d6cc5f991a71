"""The list with all its columns, the pop-up and the notification centre, as a browser shows them."""

import pytest
from playwright.sync_api import Browser, BrowserContext

from accounts import scope
from accounts.models import ShopMember
from accounts.scope import System
from claims.models import Dossier, ListPreference
from claims.models.queries import SORT_KEYS
from tests.browser.conftest import sign_in
from tests.factories import ContactFactory, NewsFactory


@pytest.fixture
def shop(dossier: Dossier) -> Dossier:
    """Somebody who shows every column, with six news and a directory."""
    with scope.system(System.TESTS):
        user = ShopMember.objects.get(organisation=dossier.establishment.organisation).user
        ListPreference.objects.create(user=user, columns=list(SORT_KEYS))
        ContactFactory.create_batch(4, cabinet=dossier.cabinet, email="a@exemple.test", hours="9 h – 12 h")
        NewsFactory.create_batch(6, user=user, dossier=dossier)
    return dossier


def test_the_pop_up_stays_under_the_pointer_and_leaves_by_escape(visitor: BrowserContext, shop: Dossier) -> None:
    page = visitor.new_page()
    sign_in(page, "patron@lac.test")
    box = page.locator("[data-popup]")

    assert box.locator("li").count() == 5
    box.hover()
    page.wait_for_timeout(5500)
    assert box.is_visible()
    box.get_by_role("button", name="Fermer").focus()
    page.keyboard.press("Escape")

    assert box.count() == 0
    page.goto("/dossiers/")
    assert box.count() == 0


def test_without_a_script_all_of_it_works_by_keyboard(chromium: Browser, live_server, shop: Dossier) -> None:
    context = chromium.new_context(base_url=str(live_server), locale="fr-FR", java_script_enabled=False)
    page = context.new_page()
    sign_in(page, "patron@lac.test")
    assert page.locator("[data-popup]").is_visible()

    page.locator("summary", has_text="Colonnes").focus()
    page.keyboard.press("Enter")
    with page.expect_navigation():
        page.get_by_role("button", name="Par défaut").press("Enter")
    assert page.locator("thead th").count() == 12
    with page.expect_navigation():
        page.get_by_role("button", name="Plein écran").press("Enter")
    assert not page.locator("header.top").is_visible()
    page.goto("/notifications/")
    with page.expect_navigation():
        page.get_by_role("button", name="Tout marquer comme lu").press("Enter")

    assert page.locator(".unread").count() == 0
    context.close()


def test_full_screen_is_left_by_escape_and_remembered(visitor: BrowserContext, shop: Dossier) -> None:
    page = visitor.new_page()
    sign_in(page, "patron@lac.test")
    page.locator("[data-popup] button").click()
    button = page.get_by_role("button", name="Plein écran")

    with page.expect_response("**/affichage/"):
        button.press("Enter")
    page.goto("/dossiers/")
    assert not page.locator("header.top").is_visible()
    with page.expect_response("**/affichage/"):
        page.keyboard.press("Escape")

    assert page.locator("header.top").is_visible()
    assert button.get_attribute("aria-pressed") == "false"
