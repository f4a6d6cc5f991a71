"""A statement composed once serves everybody of the same shape, each with their own values."""

from uuid import uuid4

import pytest
from django.db import connection

from accounts import composed as module
from accounts import scope
from accounts.composed import composed
from accounts.planned import planned
from claims.models import Document, Dossier
from tests.factories import DossierFactory, EstablishmentFactory, LinkFactory

built = []


def named(actor, reference, _given):
    built.append(actor)
    rows = Dossier.objects.visible_to(actor).select_related("cabinet", "establishment")
    return rows.filter(reference=reference).order_by("pk")


def papers(actor, public_id, _given):
    return Document.objects.visible_to(actor).filter(public_id=public_id)


def read(user, reference):
    with scope.acting_as(user.pk) as actor:
        return [(row.cabinet.code, row.reference, row.establishment) for row in composed(named, actor, reference)]


@pytest.fixture
def once(monkeypatch):
    """Without the comparison every other test makes, and with nothing kept from before."""
    monkeypatch.undo()
    module._kept.cache_clear()
    built.clear()


def test_two_people_share_the_text_and_nothing_else(world, once):
    lac, mer = world.lac, world.mer

    assert read(lac.owner, "ALPES-LAC") == [("ALPES", "ALPES-LAC", lac.establishment)]
    assert read(mer.owner, "ALPES-LAC") == []
    assert read(mer.owner, "BERRY-MER") == [("BERRY", "BERRY-MER", mer.establishment)]
    assert read(lac.owner, "BERRY-MER") == []
    assert len(built) == 1
    assert built[0].establishment_ids[0] < 0, "what is kept names nobody"


def test_another_number_of_sites_has_a_text_of_its_own(world, once):
    read(world.lac.owner, "ALPES-LAC")
    second = EstablishmentFactory(organisation=world.lac.organisation)
    LinkFactory(cabinet=world.alpes.cabinet, establishment=second)
    there = DossierFactory(cabinet=world.alpes.cabinet, establishment=second, reference="DEUX-SITES")

    assert read(world.lac.owner, "DEUX-SITES") == [("ALPES", "DEUX-SITES", there.establishment)]
    assert len(built) == 2


def test_staff_and_suspended_shops_are_asked_anew(world, once):
    world.deux.establishment.cabinet_links.filter(cabinet=world.alpes.cabinet).update(suspended_at="2026-11-01T08:00Z")
    for _ in range(2):
        read(world.alpes.manager, "ALPES-LAC")
        assert read(world.deux.owner, "ALPES-DEUX") == []

    assert len(built) == 4


def test_the_server_may_keep_the_plan_too(world, once):
    with scope.acting_as(world.lac.owner.pk) as actor:
        for _ in range(8):  # from the sixth on PostgreSQL may choose one plan for all values
            with planned():
                assert [row.reference for row in composed(named, actor, "ALPES-LAC")] == ["ALPES-LAC"]
                assert composed(named, actor, "BERRY-MER") == []
                assert composed(papers, actor, uuid4()) == []
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE %s", ["%claims_dossier%"])
        assert cursor.fetchone()[0] > 0
