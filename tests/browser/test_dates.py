"""A visit asked for on a passage day by phone, moved by the cabinet in the admin, accepted at the desk."""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Browser, expect

from accounts import scope
from accounts.models import CabinetMember
from accounts.scope import System
from claims.models import Appointment, Dossier
from tests.browser.conftest import DESK, PHONE, sign_in
from tests.factories import CabinetMemberFactory, PassageFactory, UserFactory


@pytest.fixture
def waiting(dossier):
    """The shop's dossier, whose expert comes by every working day."""
    with scope.system(System.TESTS):
        Dossier.objects.filter(pk=dossier.pk).update(state="attente_rdv")
        for weekday in range(5):
            PassageFactory(cabinet=dossier.cabinet, weekday=weekday, half="matin", sector="Annecy")
        clerk = UserFactory(email="gestionnaire@lac.test", is_staff=True)
        CabinetMemberFactory(cabinet=dossier.cabinet, user=clerk, role=CabinetMember.Role.CLERK)
    return dossier


def opened(chromium: Browser, live_server, size, email):
    page = chromium.new_context(base_url=str(live_server), viewport=size, locale="fr-FR").new_page()
    sign_in(page, email)
    return page


def accessible(page):
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_a_visit_is_proposed_moved_and_accepted(chromium, live_server, waiting):
    url = f"{waiting.get_absolute_url()}expertise/"
    phone = opened(chromium, live_server, PHONE, "patron@lac.test")
    phone.goto(url)
    card = phone.locator("#rdv_terrain")
    card.locator("summary", has_text="Proposer une date").click()
    card.get_by_role("radio").first.check()
    accessible(phone)
    card.get_by_role("button", name="Proposer au cabinet").click()
    expect(card.get_by_text("Proposée : le cabinet doit répondre")).to_be_visible()

    desk = opened(chromium, live_server, DESK, "gestionnaire@lac.test")
    desk.goto("/admin/claims/appointment/")
    desk.get_by_role("link", name=waiting.reference).click()
    line = desk.locator(".date-line", has_text="RDV terrain")
    line.locator("summary", has_text="Proposer une autre date").click()
    other = timezone.localdate() + timedelta(days=10 - timezone.localdate().weekday())
    line.get_by_label("Date").fill(other.isoformat())
    line.get_by_label("Heure").fill("10:30")
    line.get_by_role("button", name="Proposer au réparateur").click()
    expect(desk.get_by_text("La date est proposée : le réparateur est averti.")).to_be_visible()

    phone.goto(url)
    card.get_by_role("button", name="Accepter cette date").click()
    expect(card.get_by_text("Validée", exact=True)).to_be_visible()
    with scope.system(System.TESTS):
        row = Appointment.objects.get(dossier=waiting)
        assert (row.status, row.starts_on, row.version) == ("validated", other, 3)
        assert Dossier.objects.get(pk=waiting.pk).state == "visite_planifiee"


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_the_agenda_gives_an_address_and_moves_by_arrows(size, chromium, live_server, waiting):
    page = opened(chromium, live_server, size, "patron@lac.test")
    page.goto("/agenda/")
    page.get_by_role("button", name="Créer l’adresse").click()
    assert page.locator(".address").input_value().endswith(".ics")
    accessible(page)
    page.goto("/agenda/?vue=mois")
    accessible(page)
    before = page.get_by_role("heading", level=1).inner_text()
    with page.expect_navigation():
        page.keyboard.press("ArrowRight")
    assert page.get_by_role("heading", level=1).inner_text() != before
