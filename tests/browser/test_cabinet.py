"""The staff's desk in a browser: accessible, no wider than a phone, worked by keyboard and without JavaScript."""

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from accounts import scope
from accounts.scope import System
from claims.models import Document, Dossier
from tests.browser.conftest import DESK, PHONE, sign_in
from tests.browser.test_account import tab_to
from tests.browser.test_look import problems
from tests.factories import (
    PASSWORD,
    AppointmentFactory,
    CabinetMemberFactory,
    DocumentFactory,
    SupplementFactory,
    UserFactory,
)


@pytest.fixture
def desk(dossier: Dossier) -> list[str]:
    """The pages of somebody who answers for the cabinet: `chef@lac.test`."""
    with scope.system(System.TESTS):
        chief = UserFactory(email="chef@lac.test", is_staff=True)
        CabinetMemberFactory(cabinet=dossier.cabinet, user=chief, role="responsable")
        paper = DocumentFactory(dossier=dossier, direction="sent", label="devis.pdf")
        asked = SupplementFactory(dossier=dossier, author=UserFactory())
    claims = "/admin/claims"
    return [
        "/admin/",
        f"{claims}/dossier/{dossier.pk}/change/",
        f"{claims}/dossier/{dossier.pk}/history/",
        *(f"{claims}/dossier/{page}/" for page in ("siret-a-corriger", "statistiques")),
        f"{claims}/document/",
        f"{claims}/document/{paper.pk}/change/",
        f"{claims}/supplement/{asked.pk}/change/",
        f"{claims}/dossierfile/add/",
    ]


@pytest.mark.slow
@pytest.mark.parametrize(("screen", "theme"), [(DESK, "light"), (PHONE, "dark")], ids=["desk", "phone by night"])
def test_the_desk_is_accessible_and_fits(visitor: BrowserContext, desk: list[str], screen, theme) -> None:
    page = visitor.new_page()
    page.set_viewport_size(screen)
    page.emulate_media(color_scheme=theme)
    sign_in(page, "chef@lac.test")

    assert [problem for path in desk for problem in problems(page, path)] == []


def press(page: Page) -> None:
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_a_day_at_the_desk_by_keyboard_alone(visitor: BrowserContext, desk: list[str], dossier: Dossier) -> None:
    """Sign in, dashboard, dossier, an answer, sign out: with Tab, Enter and letters, nothing else."""
    with scope.system(System.TESTS):
        asked = AppointmentFactory(dossier=dossier)
    page = visitor.new_page()
    page.goto("/connexion/")
    page.keyboard.type("chef@lac.test")
    tab_to(page, "Mot de passe")
    page.keyboard.type(PASSWORD)
    press(page)

    tab_to(page, "Trouver un dossier")
    page.keyboard.type(dossier.reference)
    press(page)
    tab_to(page, dossier.reference)  # its box, then its link
    for step in (dossier.reference, "Valider", "Se déconnecter"):
        tab_to(page, step)
        press(page)

    expect(page.get_by_role("heading", name="Connexion")).to_be_visible()
    with scope.system(System.TESTS):
        asked.refresh_from_db()
    assert asked.status == "validated"


def test_a_document_is_checked_by_keyboard_alone(chromium: Browser, live_server, desk: list[str]) -> None:
    context = chromium.new_context(base_url=str(live_server), java_script_enabled=False, locale="fr-FR")
    page = context.new_page()
    sign_in(page, "chef@lac.test")
    page.goto("/admin/")

    for link in ("Documents reçus à vérifier", "devis.pdf"):
        page.get_by_role("link", name=link).focus()
        with page.expect_navigation():
            page.keyboard.press("Enter")
    page.get_by_label("conforme", exact=True).focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Enregistrer").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")

    expect(page.get_by_text("« devis.pdf » est conforme")).to_be_visible()
    with scope.system(System.TESTS):
        assert Document.objects.get(label="devis.pdf").verdict == "conforme"
    context.close()
