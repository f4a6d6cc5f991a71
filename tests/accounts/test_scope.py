"""Both fences, looked at from the inside."""

import pytest
from django.db import DatabaseError, transaction

from accounts import scope
from accounts.models import Establishment
from accounts.scope import Kind
from claims.models import Document, Dossier
from tests.factories import DocumentFactory


def references(rows):
    return set(rows.values_list("reference", flat=True))


def test_each_actor_sees_their_rows_in_both_fences(world):
    expected = {
        world.lac.owner: {"ALPES-LAC"},
        world.mer.owner: {"BERRY-MER"},
        world.deux.owner: {"ALPES-DEUX", "BERRY-DEUX"},
        world.alpes.clerk: {"ALPES-LAC", "ALPES-DEUX", "ALPES-ORPHELIN"},
        world.berry.expert: {"BERRY-MER", "BERRY-DEUX", "BERRY-ORPHELIN"},
        world.pending: set(),
    }

    for user, rows in expected.items():
        with scope.acting_as(user.pk) as actor:
            assert references(Dossier.objects.all()) == rows, f"row-level security, {user}"
            assert references(Dossier.objects.visible_to(actor)) == rows, f"visible_to, {user}"
        assert references(Dossier.objects.visible_to(actor)) == rows, f"visible_to alone, {user}"


def test_nobody_sees_anything_without_a_scope(world):
    with scope.acting_as(None) as actor:
        assert actor.kind == Kind.ANONYMOUS
        assert Dossier.objects.count() == 0
        assert Document.objects.count() == 0
        assert Establishment.objects.count() == 0


def test_suspension_hides_one_cabinet_at_once(world):
    world.deux.establishment.cabinet_links.filter(cabinet=world.alpes.cabinet).update(suspended_at="2026-01-01T00:00Z")

    with scope.acting_as(world.deux.owner.pk) as actor:
        assert references(Dossier.objects.all()) == {"BERRY-DEUX"}
        assert references(Dossier.objects.visible_to(actor)) == {"BERRY-DEUX"}
        assert [cabinet.code for cabinet in actor.cabinets] == ["BERRY"]


def test_a_child_cannot_hang_on_a_foreign_dossier(world):
    with scope.acting_as(world.lac.owner.pk), pytest.raises(DatabaseError), transaction.atomic():
        DocumentFactory(
            dossier_id=world.mer.dossiers["BERRY"].pk,
            dossier=None,
            cabinet=world.alpes.cabinet,
            establishment=world.lac.establishment,
        )
