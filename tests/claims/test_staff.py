"""The people of a cabinet: what each may do and sees, and that every change works on the next request."""

import threading

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts import scope, services
from accounts.menus import ALL_MENUS, Menu
from accounts.models import AssignedEstablishment, CabinetMember, JournalEntry, ShopInvitation, User
from accounts.scope import System
from accounts.services import staff
from claims.models import AssignedDossier, Dossier, Supplement
from claims.services import facts, requests, supplements
from claims.services.assignments import watching
from messaging.models import Notification
from tariffs.models import Transmission
from tariffs.services import sending
from tests.factories import CabinetFactory, CabinetMemberFactory, DossierFactory

CHANGELIST = "admin:claims_dossier_changelist"


def page(member, form="change"):
    return reverse(f"admin:accounts_cabinetmember_{form}", args=[member.pk])


@pytest.fixture
def clerk(world):
    return CabinetMember.objects.get(user=world.alpes.clerk)


@pytest.fixture
def manager(world, client):
    client.force_login(world.alpes.manager)
    return client


@pytest.fixture
def session(world):
    """The clerk's own browser, open all along."""
    browser = Client()
    browser.force_login(world.alpes.clerk)
    assert browser.get(reverse(CHANGELIST)).status_code == 200
    return browser


def listed(browser):
    return {row.reference for row in browser.get(reverse(CHANGELIST)).context_data["cl"].result_list}


def test_a_right_taken_away_is_gone_on_the_next_request(manager, clerk, session, world):
    dossier = world.lac.dossiers["ALPES"]
    url = reverse("admin:claims_dossier_act", args=[dossier.pk])
    kept = sorted(ALL_MENUS - {Menu.ACT, Menu.STAFF})

    manager.post(page(clerk, "grant"), {"role": "gestionnaire", "menus": kept})

    assert session.post(url, {"action": "visit_requested"}).status_code == 403
    shown = session.get(reverse("admin:claims_dossier_change", args=[dossier.pk])).content.decode()
    assert reverse("admin:claims_dossier_publish", args=[dossier.pk]) in shown
    assert url not in shown
    dossier.refresh_from_db()
    assert dossier.state == "mission_recue"


@pytest.mark.parametrize(("button", "held"), [("tout", ALL_MENUS), ("rien", frozenset())])
def test_everything_and_nothing_are_one_button(button, held, manager, clerk):
    manager.post(page(clerk, "grant"), {"role": "gestionnaire", "tous": button})

    clerk.refresh_from_db()
    assert clerk.held_menus == held


def test_the_dashboard_shows_the_menus_one_holds(manager, clerk, session):
    manager.post(page(clerk, "grant"), {"role": "gestionnaire", "menus": ["requests"]})

    body = session.get(reverse("admin:index")).content.decode()

    assert "Demandes de compte à valider" in body
    assert reverse(CHANGELIST) not in body
    assert session.get(reverse(CHANGELIST)).status_code == 403


def test_who_sees_a_part_finds_that_part_alone(manager, clerk, session, world):
    site = world.lac.establishment
    manager.post(page(clerk, "entrust"), {"sees_all": "non", "establishments": [site.pk]})

    assert listed(session) == {"ALPES-LAC"}
    other = world.deux.dossiers["ALPES"]
    assert session.get(reverse("admin:claims_dossier_change", args=[other.pk])).status_code == 404

    manager.post(page(clerk, "pick"), {"references": "ALPES-DEUX"})
    assert listed(session) == {"ALPES-LAC", "ALPES-DEUX"}
    assert session.get(reverse(CHANGELIST), {"q": "orphelin"}).context_data["cl"].result_count == 0

    manager.post(page(clerk, "withdraw"), {"dossier": [other.pk]})
    Dossier.objects.filter(pk=world.alpes.orphan.pk).update(expert=clerk)
    assert listed(session) == {"ALPES-LAC", "ALPES-ORPHELIN"}


def test_counts_agree_with_what_is_seen(manager, clerk, session, world):
    manager.post(page(clerk, "entrust"), {"sees_all": "non", "establishments": [world.lac.establishment.pk]})

    counts = {item["label"]: item["count"] for item in session.get(reverse("admin:index")).context_data["waiting"]}

    assert counts["Dossiers dont le SIRET est à corriger"] == 0
    assert counts["Mission reçue : organiser l’expertise"] == len(listed(session)) == 1


def test_a_suspended_person_is_out_on_the_next_request(manager, clerk, session):
    manager.post(page(clerk, "suspend"))
    assert session.get(reverse(CHANGELIST)).status_code == 404

    manager.post(page(clerk, "resume"))
    assert session.get(reverse(CHANGELIST)).status_code == 200

    User.objects.filter(pk=clerk.user_id).update(is_active=False)
    assert session.get(reverse(CHANGELIST)).status_code == 302


def test_an_invited_person_chooses_their_own_password(manager, world):
    url = reverse("admin:accounts_cabinetmember_add")

    manager.post(url, {"email": "Neuve@Alpes.test", "full_name": "Neuve Inventée", "role": "expert"})

    member = CabinetMember.objects.get(user__email="neuve@alpes.test")
    assert (member.cabinet, member.role) == (world.alpes.cabinet, "expert")
    assert not member.user.has_usable_password()
    assert Notification.objects.get(event="staff_invited").recipient == member.user
    again = manager.post(url, {"email": "neuve@alpes.test", "full_name": "x", "role": "expert"})
    assert "sert déjà à un compte" in again.content.decode()


def test_nobody_gives_what_they_lack_nor_touches_a_responsable(clerk, world):
    CabinetMember.objects.filter(pk=clerk.pk).update(menus=["staff", "dossiers"])
    expert = CabinetMember.objects.get(user=world.alpes.expert)
    chief = CabinetMember.objects.get(user=world.alpes.manager)
    with scope.acting_as(clerk.user_id) as actor:
        for act in (
            lambda: staff.set_rights(expert, role="expert", menus=ALL_MENUS, actor=actor),
            lambda: staff.set_rights(expert, role="responsable", menus=(), actor=actor),
            lambda: staff.suspend_staff(chief, actor=actor),
            lambda: staff.suspend_staff(clerk, actor=actor),
        ):
            with pytest.raises(staff.NotAllowed):
                act()


def test_a_shop_of_another_cabinet_cannot_be_entrusted(manager, clerk, world):
    theirs = world.mer.establishment

    manager.post(page(clerk, "entrust"), {"sees_all": "non", "establishments": [theirs.pk]})
    manager.post(page(clerk, "pick"), {"references": "BERRY-MER"})

    assert not AssignedEstablishment.objects.filter(member=clerk).exists()
    assert not AssignedDossier.objects.filter(member=clerk).exists()


def test_the_list_of_people_costs_the_same_whatever_it_shows(manager, world, django_assert_num_queries):
    url = reverse("admin:accounts_cabinetmember_changelist")
    manager.get(url)
    with django_assert_num_queries(8):
        manager.get(url)
    CabinetMemberFactory.create_batch(3, cabinet=world.alpes.cabinet, role="expert")
    with django_assert_num_queries(8):
        manager.get(url)


@pytest.mark.django_db(transaction=True)
def test_a_right_lost_while_somebody_posts_is_decided_by_the_transactions():
    """The loser of the race waits for the winner: what is posted never lands after the right is gone."""
    with scope.system(System.TESTS):
        cabinet = CabinetFactory()
        member = CabinetMemberFactory(cabinet=cabinet, role="gestionnaire")
        dossier = DossierFactory(cabinet=cabinet)
    browser, answers = Client(), []
    browser.force_login(member.user)
    url = reverse("admin:claims_dossier_act", args=[dossier.pk])

    def post():
        answers.append(browser.post(url, {"action": "visit_requested"}).status_code)
        connection.close()

    with scope.system(System.TESTS):  # a responsable at work, not committed yet
        CabinetMember.objects.filter(pk=member.pk).update(menus=["dossiers"])
        thread = threading.Thread(target=post)
        thread.start()
        thread.join(timeout=1)
        assert thread.is_alive()
    thread.join(timeout=20)

    with scope.system(System.TESTS):
        assert answers == [403]
        assert Dossier.objects.get(pk=dossier.pk).state == "mission_recue"
        assert not JournalEntry.objects.filter(event="visit_requested").exists()


def test_dossiers_are_entrusted_several_at_once_from_the_list(manager, clerk, session, world):
    CabinetMember.objects.filter(pk=clerk.pk).update(sees_all=False)
    keys = [world.lac.dossiers["ALPES"].pk, world.alpes.orphan.pk]
    data = {"action": "entrust_selected", "_selected_action": keys}

    question = manager.post(reverse(CHANGELIST), data).content.decode()
    assert str(clerk.user) in question
    manager.post(reverse(CHANGELIST), data | {"member": clerk.pk, "how": "confier"})
    assert listed(session) == {"ALPES-LAC", "ALPES-ORPHELIN"}

    manager.post(reverse(CHANGELIST), data | {"member": clerk.pk, "how": "retirer"})
    assert listed(session) == set()


def test_mine_are_those_i_am_the_expert_of_or_was_given(clerk, session, world):
    Dossier.objects.filter(pk=world.alpes.orphan.pk).update(expert=clerk)
    AssignedDossier.objects.create(cabinet=clerk.cabinet, member=clerk, dossier=world.lac.dossiers["ALPES"])

    found = session.get(reverse(CHANGELIST), {"suivi": "moi"}).context_data["cl"].result_list

    assert {row.reference for row in found} == {"ALPES-LAC", "ALPES-ORPHELIN"}


def test_mails_about_a_dossier_reach_only_those_who_see_it(clerk, world):
    everybody = CabinetMember.objects.filter(pk=clerk.pk)
    dossier = world.lac.dossiers["ALPES"]

    def told():
        return watching(everybody, Menu.DATES, site=dossier.establishment_id, dossier=dossier).exists()

    assert told()
    everybody.update(sees_all=False)
    assert not told()
    AssignedDossier.objects.create(cabinet=clerk.cabinet, member=clerk, dossier=dossier)
    assert told()
    everybody.update(menus=["dossiers"])
    assert not told()


@pytest.mark.django_db(transaction=True)
def test_two_responsables_who_change_each_others_rights_at_once_both_get_an_answer():
    """Each request holds its own author's rights: held in no order, the two would wait for each other for ever."""
    with scope.system(System.TESTS):
        cabinet = CabinetFactory()
        pair = CabinetMemberFactory.create_batch(2, cabinet=cabinet, role="responsable")
    answers, start = [], threading.Barrier(2)

    def post(author, other):
        browser = Client(raise_request_exception=False)
        browser.force_login(author.user)
        for menus in (["dossiers"], ["dossiers", "dates"]) * 6:
            start.wait(timeout=20)
            answers.append(browser.post(page(other, "grant"), {"role": "responsable", "menus": menus}).status_code)
        connection.close()

    threads = [threading.Thread(target=post, args=pair), threading.Thread(target=post, args=pair[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    assert answers == [302] * 24


@pytest.mark.parametrize(
    "act",
    [
        lambda world, actor: supplements.decide_supplement(found(world, Supplement), status="accepted", actor=actor),
        lambda world, actor: facts.note_facts(world.lac.dossiers["ALPES"], {"cover": "rc"}, actor=actor),
        lambda world, actor: facts.resume_reminders(world.lac.dossiers["ALPES"], actor=actor),
        lambda world, actor: requests.request_documents(world.lac.dossiers["ALPES"], kinds=["photo"], actor=actor),
        lambda world, actor: requests.extend_deadline(world.lac.requests["ALPES"], reason="?", actor=actor),
        lambda world, actor: requests.withdraw_request(world.lac.requests["ALPES"], actor=actor),
        lambda world, actor: sending.acknowledge(found(world, Transmission), actor=actor),
        lambda world, actor: services.revoke_shop_invitation(found(world, ShopInvitation), actor=actor),
    ],
    ids=["complément", "faits", "relances", "demande", "délai", "retrait", "tarifs", "invitation"],
)
def test_services_ask_for_the_right_again_whatever_page_called_them(act, world, clerk):
    CabinetMember.objects.filter(pk=clerk.pk).update(role="expert", menus=["messages"])
    with scope.acting_as(clerk.user_id) as actor, pytest.raises(PermissionDenied):
        act(world, actor)


def found(world, model):
    return model.objects.filter(cabinet=world.alpes.cabinet).first()
