"""Messages as people write them: each subject with its rules, answers, and what waits for somebody's agreement."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from accounts import scope
from accounts.models import CabinetMember, ShopMember
from accounts.scope import System
from claims.models import Dossier, Upload
from messaging.models import Message, Thread
from messaging.subjects import SEEDS, Code
from tests.browser.conftest import DESK, PHONE, sign_in
from tests.factories import (
    CabinetMemberFactory,
    DelegationFactory,
    DelegationProfileFactory,
    PassageFactory,
    ShopMemberFactory,
    UploadFactory,
    UserFactory,
)

pytestmark = pytest.mark.slow
ROLES = CabinetMember.Role
SENT = "C’est envoyé"
sizes = pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])


@pytest.fixture
def talking(dossier):
    """The shop's dossier, its collaborator under validation, an expert who comes by and a gestionnaire."""
    with scope.system(System.TESTS):
        Dossier.objects.filter(pk=dossier.pk).update(state="attente_rdv", ve_procedure="")
        for weekday in range(5):
            PassageFactory(cabinet=dossier.cabinet, weekday=weekday, half="matin", sector="Annecy")
        for email, role in (("expert@lac.test", ROLES.EXPERT), ("gestionnaire@lac.test", ROLES.CLERK)):
            user = UserFactory(email=email, is_staff=True)
            CabinetMemberFactory(cabinet=dossier.cabinet, user=user, role=role)
        organisation = dossier.establishment.organisation
        profile = DelegationProfileFactory(
            organisation=organisation,
            rights=["view", "messages"],
            needs_validation=True,
            sites=[dossier.establishment],
        )
        helper = ShopMemberFactory(
            organisation=organisation,
            role=ShopMember.Role.COLLABORATOR,
            user=UserFactory(email="aide@lac.test"),
        )
        DelegationFactory(profile=profile, member=helper)
    return dossier


@pytest.fixture
def opened(chromium, live_server):
    contexts = []

    def page_of(email, size=DESK):
        contexts.append(chromium.new_context(base_url=str(live_server), viewport=size, locale="fr-FR"))
        page = contexts[-1].new_page()
        sign_in(page, email)
        return page

    yield page_of
    for context in contexts:
        context.close()


def accessible(page):
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def choose(page, dossier, code):
    page.goto(f"{dossier.get_absolute_url()}messages/")
    page.get_by_role("link", name="Nouveau message").click()
    page.get_by_role("link", name=SEEDS[code][0]).click()


def with_file(dossier):
    with scope.system(System.TESTS):
        owner = ShopMember.objects.get(user__email="patron@lac.test").user
        UploadFactory(dossier=dossier, user=owner, name="FACTURE.pdf")


@sizes
def test_each_subject_is_written_with_what_it_asks(size, opened, talking):
    page = opened("patron@lac.test", size)
    for code, (label, _, terms) in SEEDS.items():
        if code == Code.INVOICE:
            with_file(talking)
        choose(page, talking, code)
        if code in {Code.VISIT, Code.INVOICE, Code.REMOTE_EXAM}:
            accessible(page)
        if terms.message == "required":
            page.get_by_role("button", name="Envoyer au cabinet").click()
            expect(page.locator(".wrong", has_text="Écrivez votre message.")).to_be_visible()
            page.get_by_label("Message").fill(f"Bonjour, {label}")
        if "motif" in terms.extras:
            page.get_by_label("Motif").fill("Choc caché sous la caisse")
            page.get_by_role("radio").first.check()
        if "nom" in terms.extras:
            page.get_by_label("Nom et prénom").fill("Jeanne Exemple")
        page.get_by_role("button", name="Envoyer au cabinet").click()
        expect(page.get_by_text(SENT)).to_be_visible()
        expect(page.locator(".message")).to_have_count(1)
    accessible(page)
    with scope.system(System.TESTS):
        assert set(Thread.objects.values_list("subject__slug", flat=True)) == {code.value for code in Code}


@sizes
def test_what_may_not_be_chosen_is_grey_and_says_why(size, opened, talking):
    with scope.system(System.TESTS):
        Dossier.objects.filter(pk=talking.pk).update(is_approved_repairer=True, state="attente_ead")
    page = opened("patron@lac.test", size)
    page.goto(f"{talking.get_absolute_url()}messages/nouveau/")

    closed = page.locator(".subjects .closed")

    expect(closed).to_have_count(2)
    expect(closed.filter(has_text="ESD").get_by_text("réparateur agréé")).to_be_visible()
    expect(closed.filter(has_text="expertise terrain").get_by_text("(EAD)")).to_be_visible()
    expect(closed.get_by_role("link")).to_have_count(0)
    accessible(page)
    with scope.system(System.TESTS):
        Dossier.objects.filter(pk=talking.pk).update(state="attente_rdv")
    page.reload()
    expect(closed).to_have_count(1)


def answer(staff, words):
    staff.get_by_label("Message au réparateur").fill(words)
    staff.locator("form[action*='repondre'] button").click()


@sizes
def test_an_answer_is_unread_until_its_thread_is_opened(size, opened, talking):
    shop, expert = opened("patron@lac.test", size), opened("expert@lac.test")
    choose(shop, talking, Code.EXPERT)
    shop.get_by_label("Message").fill("Le longeron est plié")
    shop.get_by_role("button", name="Envoyer au cabinet").click()
    expect(shop.get_by_text(SENT)).to_be_visible()

    expert.goto("/admin/messaging/thread/")
    expert.get_by_role("link", name="Communication à l’expert").click()
    answer(expert, "Envoyez une photo")
    expect(expert.get_by_text("Votre réponse est envoyée")).to_be_visible()

    shop.goto("/messages/")
    expect(shop.locator(".nav a", has_text="Messages").locator(".badge")).to_have_text("1")
    expect(shop.locator("tr.unread")).to_have_count(1)
    accessible(shop)
    shop.get_by_role("link", name="Communication à l’expert").press("Enter")
    expect(shop.get_by_text("Envoyez une photo")).to_be_visible()
    shop.goto("/messages/")
    expect(shop.locator("tr.unread")).to_have_count(0)
    expect(shop.locator(".nav a", has_text="Messages").locator(".badge")).to_have_count(0)


def test_a_question_stays_on_the_list_until_it_is_answered(opened, talking):
    shop, expert = opened("patron@lac.test", PHONE), opened("expert@lac.test")
    expert.goto(f"/admin/messaging/thread/add/?dossier={talking.reference}")
    expert.get_by_label("Objet").fill("Kilométrage")
    expert.get_by_label("Question").fill("Quel est le kilométrage ?")
    expert.get_by_role("button", name="Enregistrer").first.click()
    expect(expert.get_by_text("La question est envoyée")).to_be_visible()

    shop.goto("/a-faire/")
    shop.get_by_role("link", name="Répondre à la question du cabinet").click()
    shop.get_by_label("Message").fill("45 000 km")
    shop.get_by_role("button", name="Envoyer la réponse").click()
    expect(shop.get_by_text("Votre réponse est envoyée.")).to_be_visible()

    shop.goto("/a-faire/")
    expect(shop.get_by_role("link", name="Répondre à la question du cabinet")).to_have_count(0)


@sizes
def test_a_gestionnaires_answer_waits_for_its_expert_and_leaves_once_amended(size, opened, talking):
    shop, clerk, expert = opened("patron@lac.test", size), opened("gestionnaire@lac.test"), opened("expert@lac.test")
    choose(shop, talking, Code.CLERK)
    shop.get_by_label("Message").fill("La franchise est-elle due ?")
    shop.get_by_role("button", name="Envoyer au cabinet").click()
    expect(shop.get_by_text(SENT)).to_be_visible()
    clerk.goto("/admin/messaging/thread/")
    clerk.get_by_role("link", name="Communication au conseiller client").click()
    answer(clerk, "Cest du")
    expect(clerk.get_by_text("attend la validation d’un expert")).to_be_visible()
    shop.reload()
    expect(shop.get_by_text("Cest du")).to_have_count(0)

    expert.goto("/admin/")
    expert.get_by_role("link", name="Réponses à valider avant envoi").click()
    expert.get_by_role("link", name="Communication au conseiller client").click()
    expert.get_by_label("Réponse, telle qu’elle partira").fill("Oui, elle est due à la livraison.")
    expert.get_by_role("button", name="Valider et envoyer").click()
    expect(expert.get_by_text("La réponse est partie, modifiée par vous.")).to_be_visible()

    shop.reload()
    expect(shop.get_by_text("Oui, elle est due à la livraison.")).to_have_count(1)
    expect(shop.get_by_text("Cest du")).to_have_count(0)
    with scope.system(System.TESTS):
        assert Message.objects.filter(side="cabinet", state="sent").count() == 1


@sizes
def test_a_collaborators_message_waits_for_the_responsable_and_leaves_once_amended(size, opened, talking):
    helper, owner = opened("aide@lac.test", size), opened("patron@lac.test", size)
    choose(helper, talking, Code.EXPERT)
    helper.get_by_label("Message").fill("Le longerron")
    helper.get_by_role("button", name="Envoyer au cabinet").click()
    expect(helper.get_by_text("Transmis à votre responsable")).to_be_visible()
    with scope.system(System.TESTS):
        assert not Message.objects.exists()

    owner.goto("/a-valider/")
    owner.get_by_role("link", name="Lire, modifier et envoyer").click()
    accessible(owner)
    owner.get_by_label("Message").fill("Le longeron est plié.")
    owner.get_by_role("button", name="Envoyer ainsi").click()
    expect(owner.get_by_text("Le message est envoyé")).to_be_visible()

    with scope.system(System.TESTS):
        assert list(Message.objects.values_list("body", flat=True)) == ["Le longeron est plié."]
        assert not Upload.objects.filter(draft__isnull=False).exists()
