"""Every page, as a browser shows it: accessible, no wider than a phone, nothing refused by the policy."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

from accounts import scope
from accounts.models import User
from accounts.scope import System
from claims.models import Dossier
from claims.services import expectations
from tests.browser.conftest import DESK, PHONE, _photo, sign_in
from tests.factories import RequestFactory, SupplementFactory, UploadFactory

DOOR = [
    "/connexion/",
    "/inscription/",
    "/inscription/envoyee/",
    "/mot-de-passe/oublie/",
    "/mot-de-passe/envoye/",
    "/mot-de-passe/change/",
    "/mot-de-passe/MQ/perime/",
    "/aide/",
    "/aide/?q=siret",
    "/aide/?q=introuvable-partout",
    "/mentions-legales/",
    "/confidentialite/",
    "/accessibilite/",
]
PARTS = ["documents", "envoyer", "expertise", "complement", "etapes"]
LIST = ["/dossiers/", "/dossiers/?q=208&mission_depuis=2026-01-01", "/dossiers/?q=introuvable", "/dossiers/?page=2"]

HELP = [
    "/aide/",
    "/aide/dossier-introuvable/",
    "/aide/dossier-introuvable/?q=GF531QZ",
    "/aide/dossier-introuvable/?q=Z",
]
HELP += ["/aide/dossier-introuvable/?q=introuvable"]


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


@pytest.fixture
def prepared(dossier: Dossier) -> Dossier:
    """With files on their way, one of them refused, a document asked for, and a complément to be decided."""
    with scope.system(System.TESTS):
        owner = User.objects.get(email="patron@lac.test")
        for aside in (False, True):
            mine = {"dossier": dossier, "user": owner, "for_supplement": aside}
            key = default_storage.save("thumbnails/essai", ContentFile(_photo()))
            UploadFactory.create_batch(2, content_type="image/jpeg", thumbnail=key, **mine)
            UploadFactory(state="refused", refusal="Ce PDF est protégé.", thumbnail="", **mine)
        RequestFactory(dossier=dossier)
        SupplementFactory(dossier=dossier, author=owner)
        expectations.refresh([dossier.pk])
    return dossier


@pytest.mark.slow
@pytest.mark.parametrize(("screen", "theme"), [(DESK, "light"), (PHONE, "dark")], ids=["desk", "phone"])
def test_pages_are_accessible_and_fit(visitor: BrowserContext, prepared: Dossier, screen, theme) -> None:
    page = visitor.new_page()
    page.set_viewport_size(screen)
    page.emulate_media(color_scheme=theme)
    one = prepared.get_absolute_url()

    found = [problem for path in DOOR for problem in problems(page, path)]
    sign_in(page, "patron@lac.test")
    found += [
        problem
        for path in [*LIST, *HELP, one, *(f"{one}{part}/" for part in PARTS), "/a-faire/"]
        for problem in problems(page, path)
    ]

    assert found == []


def test_waiting_page_is_accessible(visitor: BrowserContext, dossier: Dossier) -> None:
    page = visitor.new_page()

    sign_in(page, "candidat@lac.test")

    assert problems(page, "/en-attente/") == []


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
