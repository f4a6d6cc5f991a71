"""Guided photos on a phone: one by one, with the line cut once, and without JavaScript; axe has nothing to say."""

import io
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, Page, Route, expect

from accounts import scope
from accounts.scope import System
from claims.models import Deposit, Dossier, ShotKind
from claims.services import jobs
from claims.workflow import State
from tests.browser.conftest import PHONE, sign_in

pytestmark = pytest.mark.slow
NOISE = Image.effect_noise((1300, 980), 80)


def photo(seed: int) -> dict[str, object]:
    picture = NOISE.convert("RGB")
    picture.paste((seed * 20, 0, 0), (0, 0, 90, 90))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=40)
    return {"name": f"IMG_{seed}.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


@pytest.fixture
def shots(dossier: Dossier) -> str:
    """The address of a dossier that waits for its « EAD », of a cabinet that asks for three views."""
    with scope.system(System.TESTS):
        Dossier.objects.filter(pk=dossier.pk).update(state=State.AWAITING_REMOTE)
        rows = ShotKind.objects.filter(cabinet=dossier.cabinet)
        rows.exclude(drawing__in=["plaque", "dommage_pres", "carte_grise"]).delete()
        return f"{dossier.get_absolute_url()}photos/"


@pytest.fixture
def phone(chromium: Browser, live_server: object, dossier: Dossier) -> Iterator[Page]:
    """A phone whose line these tests break: under a service worker, Chromium lets some requests past `Page.route`."""
    context = chromium.new_context(base_url=str(live_server), viewport=PHONE, locale="fr-FR", service_workers="block")
    page = context.new_page()
    sign_in(page, "patron@lac.test")
    yield page
    context.close()


@pytest.fixture
def plain(chromium: Browser, live_server: object, dossier: Dossier) -> Iterator[Page]:
    """A phone without JavaScript."""
    context = chromium.new_context(
        base_url=str(live_server), viewport=PHONE, locale="fr-FR", java_script_enabled=False
    )
    page = context.new_page()
    sign_in(page, "patron@lac.test")
    yield page
    context.close()


def holds(page: Page) -> None:
    assert [found["id"] for found in Axe().run(page).response["violations"]] == []
    assert not page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")


def sent() -> Deposit:
    with scope.system(System.TESTS):
        return Deposit.objects.get(kind="ead")


def test_photos_go_through_a_cut_line_and_leave_as_one_file(phone: Page, shots: str) -> None:
    phone.goto(shots)
    holds(phone)
    phone.get_by_role("button", name="Commencer les photos").click()
    views = phone.locator("li[data-shot]")
    expect(views).to_have_count(3)
    holds(phone)
    views.nth(1).locator("input[type=file]").set_input_files(photo(1))
    expect(phone.get_by_text("Vérification en cours…")).to_be_visible()
    jobs.run_due(seconds=60)
    expect(phone.get_by_text("1 sur 3")).to_be_visible()

    cut = {"times": 0}

    def break_once(route: Route) -> None:
        cut["times"] += 1
        route.abort() if cut["times"] == 1 else route.continue_()

    phone.route("**/envois/*/", break_once)
    views.nth(0).locator("input[type=file]").set_input_files(photo(2))
    expect(phone.get_by_text("l’envoi reprendra tout seul")).to_be_visible()
    expect(phone.get_by_text("Vérification en cours…")).to_be_visible(timeout=15_000)
    assert cut["times"] > 1
    jobs.run_due(seconds=60)

    expect(phone.get_by_text("vous pouvez envoyer")).to_be_visible()
    holds(phone)
    phone.get_by_label("non", exact=True).check()
    phone.get_by_role("button", name="Envoyer à l’expert").click()
    expect(phone.get_by_text("Les photos sont parties chez l’expert")).to_be_visible()
    expect(phone.get_by_text(sent().number).first).to_be_visible()


def test_a_reload_in_the_middle_goes_on_by_itself(phone: Page, shots: str) -> None:
    phone.goto(shots)
    phone.get_by_role("button", name="Commencer les photos").click()
    phone.route("**/envois/*/", lambda route: route.abort())
    phone.locator("li[data-shot] input[type=file]").first.set_input_files(photo(3))
    expect(phone.get_by_text("l’envoi reprendra tout seul")).to_be_visible()
    phone.on("dialog", lambda dialog: dialog.accept())
    phone.unroute("**/envois/*/")

    phone.reload()

    expect(phone.get_by_text("Vérification en cours…")).to_be_visible(timeout=15_000)
    jobs.run_due(seconds=60)
    expect(phone.get_by_text("1 sur 3")).to_be_visible()


def test_every_step_works_without_javascript(plain: Page, shots: str) -> None:
    plain.goto(shots)
    plain.get_by_role("button", name="Commencer les photos").click()
    for number in (0, 1):
        view = plain.locator("li[data-shot]").nth(number)
        view.locator("input[type=file]").set_input_files(photo(5 + number))
        view.get_by_role("button", name="Garder cette photo").click()
        jobs.run_due(seconds=60)
        plain.goto(shots)
    expect(plain.get_by_text("2 sur 3")).to_be_visible()
    plain.get_by_label("oui", exact=True).check()
    plain.get_by_role("button", name="Envoyer à l’expert").click()

    expect(plain.get_by_text("Les photos sont parties chez l’expert")).to_be_visible()
    with scope.system(System.TESTS):
        assert sent().documents.count() == 2
