"""A day in the workspace, on a phone and at a desk: a date, a deposit over a broken line, a complément, an archive.

After each, staff answer in the admin, and the shop sees what they answered.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from threading import Event, Thread

import pytest
from django.core import mail
from django.db import connections
from playwright.sync_api import Browser, Locator, Page, Route, expect

from accounts import scope
from accounts.models import CabinetMember
from accounts.scope import System
from claims.models import Dossier
from claims.services import jobs
from messaging.services import send_due
from tests import samples
from tests.browser.conftest import DESK, PHONE, sign_in
from tests.factories import CabinetMemberFactory, PassageFactory, UserFactory

pytestmark = pytest.mark.slow
PAD = b"%" + b"x" * 700_000 + b"\n"  # a comment: one more piece for the line to break in
PAPERS = [samples.pdf(text="Devis"), samples.pdf(text="Devis complet").replace(b"\n", b"\n" + PAD, 1)]
PHOTOS = [samples.image(size=(800 + n, 600)) for n in range(5)]

HELD = {"Devis 1.pdf", "Devis 2 (NON CONFORME).pdf", "Photos/Longeron 1.jpg", "Complément"}
HELD |= {f"Photos/Choc {n}.jpg" for n in range(1, 6)}


@pytest.fixture
def mission(dossier: Dossier) -> Dossier:
    """The shop's dossier with a plate of its own, which waits for a visit; the expert comes by every working day."""
    with scope.system(System.TESTS):
        expert = CabinetMemberFactory(
            cabinet=dossier.cabinet,
            user=UserFactory(email="expert@lac.test", is_staff=True),
            role=CabinetMember.Role.EXPERT,
        )
        found = {"state": "attente_rdv", "plate": "HB-482-KT", "expert": expert}
        Dossier.objects.filter(pk=dossier.pk).update(**found)
        for weekday in range(5):
            PassageFactory(cabinet=dossier.cabinet, weekday=weekday, half="matin", sector="Annecy")
    return dossier


@pytest.fixture
def worker(mission: Dossier) -> Iterator[None]:
    """A worker beside the portal, as it runs in life."""
    over = Event()

    def work() -> None:
        while not over.wait(0.2):
            jobs.run_due()
        connections.close_all()

    thread = Thread(target=work)
    thread.start()
    yield
    over.set()
    thread.join()


def post(reader: str) -> str:
    """What leaves now for this reader, all of it."""
    mail.outbox.clear()
    send_due()
    return "\n".join(sent.body for sent in mail.outbox if sent.to == [reader])


def files(name: str, kind: str, contents: list[bytes]) -> list[dict[str, object]]:
    extension = kind.rpartition("/")[2]
    return [{"name": f"{name} {n}.{extension}", "mimeType": kind, "buffer": one} for n, one in enumerate(contents, 1)]


def find(page: Page) -> None:
    """By its plate, as one types it on a phone."""
    page.goto("/dossiers/")
    page.get_by_role("searchbox").fill("hb482kt")
    page.keyboard.press("Enter")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.locator("tbody a").click()
    expect(page.locator(".plaque")).to_have_text("HB-482-KT")


def part(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="Dossier").get_by_role("link", name=name).click()
    expect(page.locator("nav[aria-label=Dossier] [aria-current=page]")).to_contain_text(name)


def answered(page: Page, title: str, leads_to: str) -> None:
    """The news is in the notification centre, unread, and leads to where the answer stands."""
    page.goto("/notifications/")
    news = page.locator(".news li.unread", has_text=title)
    expect(news).to_have_count(1)
    news.get_by_role("link").click()
    assert leads_to in page.url


def propose_a_visit(shop: Page) -> str:
    find(shop)
    part(shop, "Expertise")
    card = shop.locator("#rdv_terrain")
    card.get_by_text("Proposer une date").click()
    card.get_by_role("radio").first.check()
    card.get_by_role("button", name="Proposer au cabinet").click()
    expect(card.get_by_text("Proposée : le cabinet doit répondre")).to_be_visible()
    return card.locator("time").inner_text()


def validate_the_visit(staff: Page, reference: str) -> None:
    staff.goto("/admin/claims/appointment/")
    staff.get_by_role("link", name=reference).click()
    staff.get_by_role("button", name="Valider : RDV terrain").click()
    expect(staff.get_by_text("La date est validée")).to_be_visible()


class BrokenLine:
    """The line breaks at the second piece of a file, for as long as `down`."""

    def __init__(self, page: Page) -> None:
        self.down, self.offsets = True, list[int]()
        page.route(re.compile("/envois/[^/]+/$"), self.carry)

    def carry(self, route: Route) -> None:
        offset = int(route.request.headers.get("upload-offset", 0))
        if offset and self.down:
            route.abort("internetdisconnected")
            return
        self.offsets.append(offset)
        route.continue_()


def deposit(shop: Page, kind: str, chosen: list[dict[str, object]]) -> str:
    """The number of its receipt."""
    part(shop, "Envoyer")
    shop.get_by_label("PDF ou photos").set_input_files(chosen)
    return send(shop, kind, len(chosen))


def send(shop: Page, kind: str, count: int) -> str:
    expect(shop.get_by_text("Prêt à envoyer")).to_have_count(count)
    shop.get_by_label("Type de document").select_option(kind)
    shop.get_by_role("button", name="Envoyer au cabinet").click()
    expect(shop.get_by_role("heading", name="Accusé de dépôt")).to_be_visible()
    return shop.locator(".number").inner_text()


def deposit_over_a_broken_line(shop: Page) -> str:
    part(shop, "Envoyer")
    line = BrokenLine(shop)
    shop.get_by_label("PDF ou photos").set_input_files(files("Devis", "application/pdf", PAPERS))
    expect(shop.get_by_text("Connexion interrompue : le transfert reprendra tout seul.")).to_be_visible()
    line.down = False
    shop.evaluate("dispatchEvent(new Event('online'))")
    number = send(shop, "devis", len(PAPERS))
    assert sorted(line.offsets) == [0, 0, 512 * 1024], "no piece twice"
    shop.unroute_all()
    return number


def qualify(staff: Page, mission: Dossier, label: str, verdict: str, reason: str = "") -> None:
    staff.goto(f"/admin/claims/dossier/{mission.pk}/change/")
    staff.get_by_role("link", name=f"Vérifier {label}").click()
    staff.get_by_label(verdict, exact=True).check()
    if reason:
        staff.get_by_label("Motif, si non conforme").select_option(reason)
    staff.get_by_role("button", name="Enregistrer").click()
    expect(staff.get_by_text(f"« {label} » est {verdict}")).to_be_visible()


def verdict_of(shop: Page, label: str) -> Locator:
    return shop.locator("tr, .wall li", has=shop.get_by_role("link", name=label, exact=False)).locator(".verdict")


def ask_for_more(shop: Page) -> None:
    part(shop, "Complément")
    shop.get_by_label("Ce qu’il faut en plus").fill("Longeron plié, découvert au démontage.")
    shop.get_by_label("Montant HT").fill("1 240,50")
    shop.get_by_label("PDF ou photos").set_input_files(files("Longeron", "image/jpeg", [samples.image("JPEG")]))
    expect(shop.get_by_text("Prêt à envoyer")).to_be_visible(timeout=20_000)
    shop.get_by_role("button", name="Envoyer au cabinet").click()
    expect(shop.get_by_text("Complément n° 1 envoyé")).to_be_visible()


def decide(staff: Page, mission: Dossier) -> None:
    staff.goto(f"/admin/claims/dossier/{mission.pk}/change/")
    complement = staff.locator("#complements")
    expect(complement.get_by_text("Longeron plié")).to_be_visible()
    complement.get_by_label("Décision").select_option(label="accepté en partie")
    complement.get_by_label("Montant accepté HT").fill("900")
    complement.get_by_label("Motif").fill("Le longeron seul.")
    complement.get_by_role("button", name="Répondre au complément n° 1").click()
    expect(staff.get_by_text("le réparateur en est averti")).to_be_visible()


def held(archive: zipfile.ZipFile) -> set[str]:
    """What was sent, as the archive names it."""
    assert archive.testzip() is None
    names = (name.removeprefix("Documents envoyés/") for name in archive.namelist() if "envoyés" in name)
    return {"Complément" if name.startswith("Complement_1_") else name for name in names}


def fetch_everything(shop: Page) -> zipfile.ZipFile:
    part(shop, "Documents")
    shop.get_by_role("button", name="Tout télécharger", exact=True).click()
    link = shop.get_by_role("link", name="Télécharger")
    expect(link).to_be_visible(timeout=20_000)
    with shop.expect_download() as download:
        link.click()
    return zipfile.ZipFile(io.BytesIO(download.value.path().read_bytes()))


def a_visit_is_agreed(shop: Page, staff: Page, mission: Dossier) -> None:
    day = propose_a_visit(shop)
    assert mission.reference in post("expert@lac.test")
    validate_the_visit(staff, mission.reference)
    answered(shop, "Date validée", f"{mission.get_absolute_url()}expertise/")
    expect(shop.locator("#rdv_terrain")).to_contain_text("Validée")
    expect(shop.locator("#rdv_terrain time")).to_have_text(day)


def files_are_sent_and_checked(shop: Page, staff: Page, mission: Dossier) -> None:
    numbers = [deposit_over_a_broken_line(shop)]
    shop.goto(mission.get_absolute_url())
    numbers.append(deposit(shop, "photo", files("Choc", "image/jpeg", PHOTOS)))
    letters = post("patron@lac.test")
    for number in numbers:
        assert f"/accuses/{number}/\n" in letters, "the page of the receipt"
        assert f"/accuses/{number}/pdf/\n" in letters, "the receipt on paper"
        assert shop.request.get(f"/accuses/{number}/pdf/").body()[:5] == b"%PDF-"

    qualify(staff, mission, "Devis 1.pdf", "conforme")
    qualify(staff, mission, "Devis 2.pdf", "non conforme", "Document illisible ou incomplet")
    answered(shop, "non conforme", f"{mission.get_absolute_url()}documents/")
    expect(verdict_of(shop, "Devis 1.pdf")).to_contain_text("conforme")
    expect(verdict_of(shop, "Devis 2.pdf")).to_contain_text("Motif : Document illisible ou incomplet")


def more_is_asked_and_decided(shop: Page, staff: Page, mission: Dossier) -> None:
    ask_for_more(shop)
    decide(staff, mission)
    answered(shop, "Réponse au complément", f"{mission.get_absolute_url()}complement/")
    expect(shop.get_by_text("Accepté en partie le")).to_be_visible()
    expect(shop.get_by_text("Le longeron seul.")).to_be_visible()


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_day_in_the_workspace(size, chromium: Browser, live_server, mission: Dossier, worker) -> None:
    shop, staff = (
        chromium.new_context(
            base_url=str(live_server), viewport=view, locale="fr-FR", service_workers="block"
        ).new_page()  # under a service worker, Chromium would carry some pieces past `BrokenLine`
        for view in (size, DESK)
    )
    sign_in(shop, "patron@lac.test")
    sign_in(staff, "expert@lac.test")

    a_visit_is_agreed(shop, staff, mission)
    files_are_sent_and_checked(shop, staff, mission)
    more_is_asked_and_decided(shop, staff, mission)

    assert held(fetch_everything(shop)) == HELD
    for page in (shop, staff):
        page.context.close()


def test_files_leave_by_keyboard_without_javascript(
    chromium: Browser, live_server, mission: Dossier, worker, tmp_path
) -> None:
    context = chromium.new_context(base_url=str(live_server), locale="fr-FR", java_script_enabled=False)
    shop, address = context.new_page(), f"{mission.get_absolute_url()}envoyer/"
    paper = tmp_path / "Facture 1.pdf"
    paper.write_bytes(PAPERS[0])
    sign_in(shop, "patron@lac.test")
    shop.goto(address)
    shop.get_by_label("PDF ou photos").set_input_files(paper)
    with shop.expect_navigation():
        shop.get_by_role("button", name="Ajouter ces fichiers").press("Enter")
    expect(shop.get_by_text("Facture 1.pdf")).to_be_visible()

    for _ in range(60):
        if shop.get_by_text("Prêt à envoyer").count():
            break
        shop.wait_for_timeout(500)
        shop.goto(address)
    shop.get_by_label("Type de document").select_option("facture")
    with shop.expect_navigation():
        shop.get_by_role("button", name="Envoyer au cabinet").press("Enter")
    expect(shop.get_by_role("heading", name="Accusé de dépôt")).to_be_visible()
    context.close()
