"""Chromium, and the pages of a small shop for it to look at."""

import io
import os
import shutil
from collections.abc import Iterator

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect, sync_playwright

from accounts import scope
from accounts.scope import System
from claims.models import Document, Dossier
from tests.factories import (
    PASSWORD,
    AccountRequestFactory,
    DocumentFactory,
    DossierFactory,
    EstablishmentFactory,
    LinkFactory,
    ShopMemberFactory,
    UserFactory,
)

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
DESK = ViewportSize(width=1366, height=768)
PHONE = ViewportSize(width=390, height=844)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser/" in item.nodeid:
            item.add_marker("browser")


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed")
    with sync_playwright() as playwright, pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright's loop runs in this thread
        arguments = ["--no-sandbox", "--disable-quic", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        expect.set_options(timeout=20_000)  # an expectation that is met costs nothing; a busy machine takes its time
        yield browser
        browser.close()


def _photo() -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (640, 480), "teal").save(content, "JPEG")
    return content.getvalue()


@pytest.fixture
def dossier(transactional_db: None) -> Dossier:
    """A dossier of a shop of one site, with a report, an older one and a photo, among enough others for two pages."""
    with scope.system(System.TESTS):
        member = ShopMemberFactory(user=UserFactory(email="patron@lac.test"))
        site = EstablishmentFactory(organisation=member.organisation)
        found = DossierFactory(
            establishment=site, state="attente_documents", ve_procedure="VGE", claim_on="2026-11-20"
        )
        LinkFactory(cabinet=found.cabinet, establishment=site)
        DocumentFactory(dossier=found, replaced_at="2026-11-20T10:00:00Z")
        DocumentFactory(dossier=found, kind=Document.Kind.REPORT)
        DocumentFactory(dossier=found, kind=Document.Kind.PHOTO, content_type="image/jpeg", file__data=_photo())
        DossierFactory.create_batch(60, cabinet=found.cabinet, establishment=site)
        AccountRequestFactory(user=UserFactory(email="candidat@lac.test"), cabinet=found.cabinet)
    return found


@pytest.fixture
def visitor(chromium: Browser, live_server: object) -> Iterator[BrowserContext]:
    context = chromium.new_context(base_url=str(live_server), viewport=DESK, locale="fr-FR")
    yield context
    context.close()


def sign_in(page: Page, email: str) -> None:
    page.goto("/connexion/")
    page.get_by_label("Adresse e-mail").fill(email)
    page.get_by_label("Mot de passe").fill(PASSWORD)
    with page.expect_navigation():
        page.get_by_role("button", name="Se connecter").click()
