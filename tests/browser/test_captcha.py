"""The captcha as a visitor meets it: by itself, by keyboard, and without JavaScript."""

import pytest
from playwright.sync_api import Browser, Page, expect

from accounts import scope
from accounts.models import Knock
from accounts.scope import System
from tests.browser.conftest import DESK
from tests.browser.test_look import problems
from tests.factories import CabinetFactory, siret

pytestmark = pytest.mark.slow
WORDS = {"un": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6, "sept": 7, "huit": 8}


@pytest.fixture
def cabinet(transactional_db, settings):
    settings.CAPTCHA = "altcha"
    with scope.system(System.TESTS):
        return CabinetFactory()


def fill_in(page: Page, cabinet) -> None:
    page.get_by_label("Nom de l’entreprise").fill("Carrosserie du Lac")
    page.get_by_label("Adresse e-mail").fill("atelier@exemple.test")
    page.get_by_label("Téléphone mobile").fill("06 12 34 56 78")
    page.get_by_label("SIRET").fill(siret(424_242))
    page.get_by_label("Code postal").fill("74000")
    page.get_by_label("Cabinet de rattachement").select_option(cabinet.name)
    page.get_by_label("Mot de passe").fill("Trois-petits-tas-de-tôle")


def asked() -> int:
    with scope.system(System.TESTS):
        return Knock.objects.count()


def test_the_browser_does_the_work_while_one_types(visitor, cabinet) -> None:
    page = visitor.new_page()
    foreign: list[str] = []
    page.on("request", lambda request: foreign.append(request.url) if "localhost" not in request.url else None)

    assert problems(page, "/inscription/") == []
    fill_in(page, cabinet)
    expect(page.get_by_text("C’est vérifié")).to_be_visible()
    page.get_by_role("button", name="Envoyer ma demande").click()

    expect(page.get_by_role("heading", name="Vérifiez vos e-mails")).to_be_visible()
    assert (asked(), [url for url in foreign if not url.startswith("blob:")]) == (1, [])


def test_without_javascript_one_answers_a_question(chromium: Browser, live_server, cabinet) -> None:
    page = chromium.new_context(base_url=str(live_server), viewport=DESK, java_script_enabled=False).new_page()
    page.goto("/inscription/")
    fill_in(page, cabinet)

    words = page.locator("label[for=reponse]").inner_text().split()
    page.get_by_label("Combien font").fill(str(WORDS[words[2]] + WORDS[words[4]]))
    page.wait_for_timeout(3000)
    page.get_by_role("button", name="Envoyer ma demande").click()

    expect(page.get_by_role("heading", name="Vérifiez vos e-mails")).to_be_visible()
    assert asked() == 1
    page.context.close()
