"""Beside a dossier: whom to call, when the expert comes by, what a procédure VE means."""

import re
from datetime import date

import pytest
from django.urls import reverse

from claims.models import Contact
from claims.models.contacts import Topic, department_of
from tests.factories import ContactFactory, DossierFactory, PassageFactory
from tests.world import body_of


@pytest.fixture
def lac(world, client):
    client.force_login(world.lac.owner)
    Contact.objects.filter(cabinet=world.alpes.cabinet).delete()
    return world.lac


def page(client, dossier):
    return client.get(reverse("dossier", args=[dossier.cabinet.code, dossier.reference]))


def called(client, dossier):
    return [contact.role for contact in page(client, dossier).context["contacts"]]


def test_what_the_state_asks_about_comes_first_then_the_more_particular(world, lac, client):
    cabinet, dossier = world.alpes.cabinet, lac.dossiers["ALPES"]
    type(dossier).objects.filter(pk=dossier.pk).update(state="attente_facture", insurer_code="418")
    ContactFactory(cabinet=cabinet, role="Standard", position=1)
    ContactFactory(cabinet=cabinet, role="Compagnie 418", insurer_code="418", department="74", position=9)
    ContactFactory(cabinet=cabinet, role="Savoie", department="73")
    ContactFactory(cabinet=cabinet, role="Compagnie 9", insurer_code="9")
    ContactFactory(cabinet=cabinet, role="Factures", topic=Topic.INVOICE, position=5)

    assert called(client, dossier) == ["Factures", "Compagnie 418", "Standard"]


def test_a_shop_reads_the_contacts_of_the_dossiers_cabinet_only(world, client):
    client.force_login(world.deux.owner)

    assert called(client, world.deux.dossiers["ALPES"]) == ["Standard de ALPES"]
    assert called(client, world.deux.dossiers["BERRY"]) == ["Standard de BERRY"]


def test_numbers_and_addresses_are_links(world, lac, client):
    ContactFactory(cabinet=world.alpes.cabinet, phone="04 65 71 10 20", email="a@alpes.test", hours="9 h – 12 h")

    body = page(client, lac.dossiers["ALPES"]).content.decode()

    assert 'href="tel:0465711020"' in body
    assert 'href="mailto:a@alpes.test"' in body
    assert "9 h – 12 h" in body


@pytest.mark.parametrize(("code", "department"), [("74000", "74"), ("97100", "971"), ("20000", "20"), ("", "")])
def test_departments_overseas_have_three_digits(code, department):
    assert department_of(code) == department


def test_the_next_passages_are_told_while_the_dossier_is_open(world, lac, client, time_machine):
    time_machine.move_to("2026-11-23T08:00Z", tick=False)
    client.force_login(lac.owner)
    PassageFactory(cabinet=world.alpes.cabinet, weekday=3, from_on=date(2026, 1, 1), sector="")
    dossier = lac.dossiers["ALPES"]

    assert "jeudi 26 novembre" in page(client, dossier).content.decode()
    type(dossier).objects.filter(pk=dossier.pk).update(state="termine")
    assert page(client, dossier).context["passages"] == []


@pytest.mark.parametrize(("procedure", "source"), [("VEI", "L327-1"), ("VGE", "L327-4")])
def test_a_procedure_ve_is_explained_with_its_source_and_its_exams(procedure, source, world, lac, client):
    dossier = DossierFactory(
        cabinet=world.alpes.cabinet, establishment=lac.establishment, ve_procedure=procedure, state="en_cours"
    )

    answer = page(client, dossier)

    assert source in answer.content.decode()
    assert [exam["label"] for exam in answer.context["exams"]] == ["Examen pendant travaux", "Examen après travaux"]
    assert {exam["status"] for exam in answer.context["exams"]} == {"pas de date"}


def test_without_a_procedure_there_is_no_such_panel(lac, client):
    assert "gravement endommagé" not in page(client, lac.dossiers["ALPES"]).content.decode()


@pytest.mark.parametrize("more", [0, 2])
def test_the_page_costs_the_same_whatever_there_is_beside_the_dossier(
    more, world, lac, client, django_assert_num_queries
):
    for _ in range(more):
        ContactFactory(cabinet=world.alpes.cabinet)
    page(client, lac.dossiers["ALPES"])

    with django_assert_num_queries(8):  # those of test_dossier_pages
        page(client, lac.dossiers["ALPES"])


def test_staff_write_their_own_directory_and_read_no_other(world, client):
    client.force_login(world.alpes.manager)
    answer = client.post(
        reverse("admin:claims_contact_add"),
        {"topic": "facture", "role": "Comptabilité", "email": "c@alpes.test", "position": "3"},
    )

    assert answer.status_code == 302
    assert Contact.objects.get(role="Comptabilité").cabinet == world.alpes.cabinet
    listed = body_of(client.get(reverse("admin:claims_contact_changelist"))).decode()
    assert re.search("Standard de ALPES", listed)
    assert "Standard de BERRY" not in listed


def test_a_contact_that_nobody_can_reach_is_refused(world, client):
    client.force_login(world.alpes.manager)

    answer = client.post(reverse("admin:claims_contact_add"), {"topic": "facture", "role": "X", "position": "0"})

    assert "Donnez un téléphone ou une adresse e-mail." in answer.content.decode()
