"""One's account in a true browser: accessible everywhere, by keyboard, without JavaScript, and with a passkey."""

import hashlib
import re

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from accounts import scope
from accounts.models import AccountRequest, CabinetEstablishment, CabinetMember, ShopMember
from accounts.scope import System
from accounts.services.invitations import token_of
from claims.models import Dossier
from tests.browser.conftest import sign_in
from tests.factories import (
    PASSWORD,
    CabinetMemberFactory,
    DelegationProfileFactory,
    InvitationFactory,
    LinkFactory,
    ShopInvitationFactory,
    UserFactory,
)

OWN = [
    "/parametres/",
    "/parametres/mot-de-passe/",
    "/parametres/adresse/",
    "/parametres/adresse/confirmer/faux/",
    "/parametres/sessions/",
    "/parametres/second-facteur/",
    "/etablissements/",
    "/etablissements/collaborateurs/",
    "/etablissements/collaborateurs/profils/nouveau/",
    "/a-valider/",
    "/deconnexion/",
]
GUARDED = ["/parametres/second-facteur/activer/", "/parametres/second-facteur/cle/"]  # ask the password first


def prove(page: Page, path: str) -> None:
    """Open a page that asks for the password again."""
    page.goto(path)
    if page.get_by_role("heading", name="Confirmez que c’est vous").count():
        page.get_by_label("Mot de passe").fill(PASSWORD)
        with page.expect_navigation():
            page.get_by_role("button", name="Continuer").click()


@pytest.fixture
def shop(dossier: Dossier) -> list[str]:
    """The addresses of one person, one profile and one invitation of the shop; the last is public."""
    with scope.system(System.TESTS):
        owner = ShopMember.objects.get(user__email="patron@lac.test")
        site = dossier.establishment
        profile = DelegationProfileFactory(organisation=owner.organisation, sites=[site])
        invitation = InvitationFactory(profile=profile, inviter=owner.user)
        token = token_of(invitation)
        invitation.token_hash = hashlib.sha256(token.encode()).hexdigest()
        invitation.save()
        root = "/etablissements/collaborateurs/"
        return [f"{root}{owner.pk}/", f"{root}profils/{profile.pk}/", f"/invitation/{token}/"]


def test_everything_works_without_javascript(chromium: Browser, live_server: object, shop: list[str]) -> None:
    context = chromium.new_context(base_url=str(live_server), java_script_enabled=False, locale="fr-FR")
    page = context.new_page()
    sign_in(page, "patron@lac.test")

    for path in (*OWN, *shop):
        assert page.goto(path).status == 200, path
    page.goto("/parametres/")
    page.get_by_label("Téléphone mobile").fill("06 12 34 56 78")
    with page.expect_navigation():
        page.get_by_role("button", name="Modifier").click()
    expect(page.get_by_role("status")).to_contain_text("modifié")
    prove(page, GUARDED[1])

    expect(page.get_by_text("Une clé d’accès demande un navigateur récent")).to_be_visible()
    expect(page.get_by_role("button", name="Créer la clé")).to_be_hidden()
    context.close()


def tab_to(page: Page, name: str) -> None:
    """Press Tab until what has the focus is called so."""
    for _ in range(40):
        page.keyboard.press("Tab")
        called = page.evaluate(
            "(e => e.labels?.[0]?.textContent || e.ariaLabel || e.textContent || '')(document.activeElement)"
        )
        if name in re.sub(r"\s+", " ", called):
            return
    pytest.fail(f"« {name} » is not reached by the keyboard")


def test_sign_in_and_settings_by_keyboard_alone(visitor: BrowserContext, dossier: Dossier) -> None:
    page = visitor.new_page()
    page.goto("/connexion/")
    page.keyboard.type("patron@lac.test")  # the field has the focus
    tab_to(page, "Mot de passe")
    page.keyboard.type(PASSWORD)
    with page.expect_navigation():
        page.keyboard.press("Enter")

    tab_to(page, "établissement")  # the account's menu
    page.keyboard.press("Enter")
    tab_to(page, "Paramètres")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    tab_to(page, "Téléphone mobile")
    page.keyboard.press("Control+A")
    page.keyboard.type("0612345678")
    tab_to(page, "Modifier")
    with page.expect_navigation():
        page.keyboard.press("Enter")

    expect(page.get_by_role("status")).to_contain_text("modifié")
    tab_to(page, "Voir mes sessions")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_text("cet appareil")).to_be_visible()


def test_a_passkey_is_added_signs_in_and_is_removed(visitor: BrowserContext, dossier: Dossier) -> None:
    page = visitor.new_page()
    device = visitor.new_cdp_session(page)
    device.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    options |= {"isUserVerified": True, "automaticPresenceSimulation": True}
    device.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    sign_in(page, "patron@lac.test")
    prove(page, GUARDED[1])

    page.get_by_label("Nom de cette clé").fill("Téléphone de l’atelier")
    page.get_by_role("button", name="Créer la clé").click()
    page.wait_for_url("**/second-facteur/codes/")
    page.goto("/parametres/second-facteur/")
    expect(page.get_by_text("Téléphone de l’atelier").first).to_be_visible()

    page.goto("/deconnexion/")
    page.locator("main").get_by_role("button").click()
    page.goto("/connexion/")
    page.get_by_role("button", name="Utiliser une clé d’accès").click()
    page.wait_for_url("**/dossiers/")

    page.goto("/deconnexion/")
    page.locator("main").get_by_role("button").click()
    sign_in(page, "patron@lac.test")
    assert page.url.endswith("/connexion/code/")
    page.get_by_role("button", name="Utiliser ma clé d’accès").click()
    page.wait_for_url("**/dossiers/")

    prove(page, GUARDED[0])
    page.goto("/parametres/second-facteur/")
    page.get_by_role("button", name="Retirer Téléphone").click()
    expect(page.get_by_role("status")).to_contain_text("La clé est retirée")


@pytest.fixture
def cabinet(shop: list[str]) -> list[str]:
    """The staff's pages about accounts, of a cabinet whose responsable is `chef@lac.test`."""
    with scope.system(System.TESTS):
        request = AccountRequest.objects.get()
        request.question, request.asked_at = "Quelle est votre adresse ?", request.requested_at
        request.save()
        chief = UserFactory(email="chef@lac.test", is_staff=True)
        boss = CabinetMemberFactory(cabinet=request.cabinet, user=chief, role=CabinetMember.Role.MANAGER)
        clerk = CabinetMemberFactory(cabinet=request.cabinet, role=CabinetMember.Role.CLERK, sees_all=False)
        link = CabinetEstablishment.objects.filter(cabinet=request.cabinet).first() or LinkFactory(
            cabinet=request.cabinet
        )
        invitation = ShopInvitationFactory(cabinet=request.cabinet, inviter=chief)
    rows = {
        "cabinetmember": [f"{boss.pk}/change/", f"{clerk.pk}/change/?chercher=208", "add/"],
        "cabinetestablishment": [f"{link.pk}/change/"],
        "accountrequest": [f"{request.pk}/change/"],
        "shopinvitation": [f"{invitation.pk}/change/", "add/"],
    }
    return [f"/admin/accounts/{model}/{page}" for model, pages in rows.items() for page in ("", *pages)]


def test_staff_entrust_and_suspend_by_keyboard_alone(chromium, live_server, dossier: Dossier, cabinet) -> None:
    """And without JavaScript: what is entrusted is found, not typed by heart."""
    context = chromium.new_context(base_url=str(live_server), java_script_enabled=False, locale="fr-FR")
    page = context.new_page()
    sign_in(page, "chef@lac.test")
    clerk = next(path for path in cabinet if "chercher" in path).split("?")[0]
    page.goto(clerk)

    tab_to(page, "Tout donner")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_text("ils valent tout de suite")).to_be_visible()
    page.get_by_label("Chercher des dossiers").focus()
    page.keyboard.type(dossier.reference)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.locator("#confier input[name=dossier]").first.focus()
    page.keyboard.press("Space")
    tab_to(page, "Confier les dossiers cochés")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_text("Dossiers confiés à")).to_be_visible()

    page.goto(next(path for path in cabinet if "cabinetestablishment" in path and "change" in path))
    page.get_by_label("Motif").focus()
    page.keyboard.type("Atelier fermé")
    tab_to(page, "Suspendre l’accès")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Accès suspendu")).to_be_visible()
    context.close()
