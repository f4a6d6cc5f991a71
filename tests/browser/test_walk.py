"""From the first page to a delegated act, as people do it: issue 3's walk, in a real browser."""

import base64
import hmac
import re
import struct
import time

import pytest
from django.core import mail
from playwright.sync_api import Browser, Page, expect

from accounts import scope
from accounts.models import Draft, Establishment
from accounts.scope import System
from messaging.services import send_due
from tests.browser.conftest import DESK, sign_in
from tests.factories import (
    CabinetFactory,
    CabinetMemberFactory,
    DossierFactory,
    EstablishmentFactory,
    LinkFactory,
    UserFactory,
    siret,
)

pytestmark = pytest.mark.slow
MINE, OTHER = siret(910_000), siret(910_001)
PASSWORD = "Trois-petits-tas-de-tôle"


def last_link(pattern: str) -> str:
    """The address in the mail that has just left, as its reader would click it."""
    send_due()
    return re.search(rf"https?://[^/]+({pattern}\S*)", mail.outbox[-1].body)[1]


def code_of(key: str) -> str:
    """What an authenticator shows now (RFC 6238)."""
    counter = struct.pack(">Q", int(time.time()) // 30)
    digest = hmac.digest(base64.b32decode(key + "=" * (-len(key) % 8)), counter, "sha1")
    place = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[place : place + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"


@pytest.fixture
def town(transactional_db, settings):
    """A cabinet, its clerk, and missions for two SIRETs of one company that nobody has claimed."""
    settings.CAPTCHA = "altcha"
    with scope.system(System.TESTS):
        cabinet = CabinetFactory(name="Cabinet des Cimes", code="CIMES")
        CabinetMemberFactory(cabinet=cabinet, role="gestionnaire", user=UserFactory(email="clerc@cimes.test"))
        for number, reference in ((MINE, "MIEN"), (OTHER, "AUTRE")):
            site = EstablishmentFactory(siret=number, organisation=None, name=f"Atelier {reference}")
            LinkFactory(cabinet=cabinet, establishment=site)
            DossierFactory(cabinet=cabinet, establishment=site, reference=reference, state="attente_rdv")
    return cabinet


def ask_for_an_account(page: Page) -> None:
    page.goto("/connexion/")
    page.get_by_role("link", name="Je n’ai pas de compte").click()
    for label, typed in {
        "Nom de l’entreprise": "Carrosserie du Lac",
        "Adresse e-mail": "patron@walk.test",
        "Téléphone mobile": "06 12 34 56 78",
        "SIRET": MINE,
        "Code postal": "74000",
        "Mot de passe": PASSWORD,
    }.items():
        page.get_by_label(label, exact=label == "SIRET").fill(typed)
    page.get_by_label("Cabinet de rattachement").select_option("Cabinet des Cimes")
    expect(page.get_by_text("C’est vérifié")).to_be_visible()
    page.get_by_role("button", name="Envoyer ma demande").click()
    expect(page.get_by_role("heading", name="Vérifiez vos e-mails")).to_be_visible()
    page.goto(last_link("/inscription/confirmer/"))
    page.get_by_role("button", name="Confirmer ma demande").click()
    expect(page.get_by_role("heading", name="Votre demande est confirmée")).to_be_visible()


def approve(page: Page) -> None:
    sign_in(page, "clerc@cimes.test")
    page.goto("/admin/accounts/accountrequest/")
    page.get_by_role("link", name="Carrosserie du Lac").click()
    page.get_by_label("Comment avez-vous vérifié ?").select_option("appel")
    page.get_by_role("button", name="Approuver").click()
    expect(page.get_by_text("est ouvert")).to_be_visible()


def enter(page: Page, email: str) -> None:
    page.goto("/connexion/")
    page.get_by_label("Adresse e-mail").fill(email)
    page.get_by_label("Mot de passe").fill(PASSWORD)
    with page.expect_navigation():
        page.get_by_role("button", name="Se connecter").click()


def set_up_a_second_factor(page: Page) -> None:
    page.goto("/parametres/second-facteur/activer/")
    if page.get_by_label("Mot de passe").count():
        page.get_by_label("Mot de passe").fill(PASSWORD)
        page.get_by_role("button").last.click()
    key = page.locator("kbd").inner_text().strip()
    page.locator("main input[name=code]").fill(code_of(key))
    page.get_by_role("button", name="Activer").click()
    expect(page.get_by_role("heading", name="Activer le second facteur")).to_have_count(0)


def invite_a_helper(page: Page) -> None:
    page.goto("/etablissements/collaborateurs/profils/nouveau/")
    page.get_by_label("Nom du profil").fill("Rendez-vous")
    for right in ("Consulter", "Dates"):
        page.get_by_label(right, exact=True).check()
    page.get_by_label(MINE).check()
    page.get_by_label("Validation avant envoi").check()
    page.get_by_role("button", name="Enregistrer").click()
    page.get_by_label("Adresse e-mail").fill("aide@walk.test")
    page.get_by_label("Profil").first.select_option("Rendez-vous")
    page.get_by_role("button", name="Envoyer l’invitation").click()
    expect(page.get_by_text("Invitation envoyée à aide@walk.test")).to_be_visible()


def test_from_sign_up_to_an_act_that_waits_for_validation(chromium: Browser, live_server, town) -> None:
    owner, clerk, helper = (
        chromium.new_context(base_url=str(live_server), viewport=DESK, locale="fr-FR").new_page() for _ in range(3)
    )
    ask_for_an_account(owner)
    approve(clerk)
    enter(owner, "patron@walk.test")
    expect(owner.get_by_text("MIEN").first).to_be_visible()
    set_up_a_second_factor(owner)
    with scope.system(System.TESTS):  # the second establishment, proven beside
        first = Establishment.objects.get(siret=MINE)
        Establishment.objects.filter(siret=OTHER).update(
            organisation=first.organisation, proven_at=first.proven_at, proven_by="essai"
        )
    invite_a_helper(owner)

    helper.goto(last_link("/invitation/"))
    helper.get_by_label("Votre nom").fill("Aline Pinceau")
    helper.get_by_label("Mot de passe").fill(PASSWORD)
    helper.get_by_role("button", name="Accepter l’invitation").click()
    enter(helper, "aide@walk.test")
    helper.goto("/dossiers/?onglet=tous")
    expect(helper.get_by_text("MIEN").first).to_be_visible()
    assert "AUTRE" not in helper.content()
    assert helper.goto("/dossiers/CIMES/AUTRE/").status == 404

    helper.goto("/dossiers/CIMES/MIEN/expertise/")
    form = helper.locator("section.card.date").filter(has=helper.locator("input[type=date]")).first
    form.locator("summary").first.click()
    form.locator("input[type=date]").first.fill("2030-03-05")
    form.get_by_role("button", name="Proposer au cabinet").click()

    expect(helper.get_by_text("attend l’accord d’un responsable").first).to_be_visible()
    with scope.system(System.TESTS):
        assert Draft.objects.filter(state="pending").count() == 1, "nothing left without the responsable"
    owner.goto("/a-valider/")
    expect(owner.get_by_role("button", name="Valider et envoyer")).to_be_visible()
    for page in (owner, clerk, helper):
        page.context.close()
