"""The documents of a dossier in a browser: viewer, filters, warning, acknowledgement, verdict, archive."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, expect

from accounts import scope
from accounts.scope import System
from claims.models import Document, Dossier
from claims.services import jobs
from tests.browser.conftest import PHONE, _photo, sign_in
from tests.factories import DocumentFactory

pytestmark = pytest.mark.slow


@pytest.fixture
def page(visitor: BrowserContext, dossier: Dossier) -> Page:
    """The documents page, with three photos and a refused invoice."""
    with scope.system(System.TESTS):
        photo = {"kind": Document.Kind.PHOTO, "content_type": "image/jpeg", "file__data": _photo()}
        DocumentFactory.create_batch(2, dossier=dossier, direction="sent", **photo)
        refused = {"verdict": "non_conforme", "verdict_reason": "Illisible", "verdict_at": "2026-11-20T10:00Z"}
        DocumentFactory(dossier=dossier, direction="sent", kind=Document.Kind.INVOICE, label="FACTURE.pdf", **refused)
        address = dossier.get_absolute_url() + "documents/"
    found = visitor.new_page()
    sign_in(found, "patron@lac.test")
    found.goto(address)
    return found


def violations(page: Page) -> list[str]:
    return [found["id"] for found in Axe().run(page).response["violations"]]


def test_the_viewer_is_led_by_keys_and_gives_the_focus_back(page: Page) -> None:
    link = page.locator("a[data-photo]").first
    link.focus()
    page.keyboard.press("Enter")
    viewer = page.get_by_role("dialog", name="Photos du dossier")
    expect(viewer.locator("[data-viewer-count]")).to_have_text("1/3")

    page.keyboard.press("ArrowLeft")
    expect(viewer.locator("[data-viewer-count]")).to_have_text("3/3")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("+")
    assert viewer.locator("img").evaluate("image => image.style.transform").endswith("scale(1.5)")
    assert violations(page) == []
    page.keyboard.press("Escape")

    expect(viewer).to_be_hidden()
    expect(link).to_be_focused()


def test_a_finger_turns_the_pages(page: Page) -> None:
    page.set_viewport_size(PHONE)
    page.locator("a[data-photo]").first.click()
    page.mouse.move(300, 400)
    page.mouse.down()
    page.mouse.move(80, 410, steps=4)
    page.mouse.up()

    expect(page.locator("[data-viewer-count]")).to_have_text("2/3")
    assert not page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    for name in ("Agrandir", "Fermer", "Photo suivante"):
        expect(page.get_by_role("button", name=name)).to_be_in_viewport(ratio=1)


def test_filters_warning_verdict_and_acknowledgement(page: Page) -> None:
    assert violations(page) == []
    page.get_by_label("Type").select_option("facture")
    expect(page.get_by_role("status").first).to_have_text("1/6 documents, 3 photos, 3 autres")
    expect(page.get_by_text("Motif : Illisible")).to_be_visible()
    page.get_by_label("Type").select_option("")
    page.get_by_role("button", name="J’ai pris connaissance de la version 1").first.click()
    expect(page.get_by_text("lue par vous")).to_be_visible()
    page.locator("tr.old a").first.click()
    expect(page.get_by_role("heading", name="Cette version n’est plus à jour")).to_be_visible()
    assert violations(page) == []


def test_an_archive_is_followed_and_fetched(page: Page) -> None:
    page.get_by_role("button", name="Tout cocher").click()
    page.get_by_role("button", name="Télécharger la sélection").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    assert violations(page) == []

    jobs.run_due()

    link = page.get_by_role("link", name="Télécharger")
    expect(link).to_be_visible()
    with page.expect_download() as download:
        link.click()
    assert download.value.suggested_filename.endswith(".zip")
