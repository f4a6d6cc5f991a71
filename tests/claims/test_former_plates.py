"""A car whose plate changes during its dossier: the former one is kept, shown to those who see it, and still found."""

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts import scope
from claims.models import Dossier
from claims.services.checks import _others
from claims.services.diagnosis import Finding, diagnose
from tests.factories import DossierFactory

OLD, NEW = "AB-123-CD", "EF-456-GH"


@pytest.fixture
def dossier(world):
    row = DossierFactory(cabinet=world.alpes.cabinet, establishment=world.lac.establishment, plate=OLD)
    return Dossier.objects.get(pk=row.pk)


def by_form(dossier, _folder):
    dossier.plate = NEW
    dossier.save()


def by_set(dossier, _folder):
    Dossier.objects.filter(pk=dossier.pk).update(plate=NEW)


def by_hand(dossier, _folder):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE claims_dossier SET plate = %s WHERE id = %s", [NEW, dossier.pk])


def by_import(dossier, folder):
    file = folder / "dossiers.csv"
    file.write_text(f"reference;siret;immatriculation\n{dossier.reference};{dossier.siret};{NEW}\n")
    call_command("import_dossiers", str(file), cabinet="ALPES")


@pytest.mark.parametrize("change", [by_form, by_set, by_hand, by_import])
def test_whoever_changes_the_plate_the_former_one_is_kept_with_its_date(change, dossier, tmp_path):
    change(dossier, tmp_path)

    dossier.refresh_from_db()
    [former] = dossier.plates_before
    assert (dossier.plate, former.plate, former.until) == (NEW, OLD, timezone.localdate())


@pytest.mark.parametrize("typed", [OLD, "ab123cd", "AB 123 CD", NEW, "ef456gh"])
def test_the_old_plate_is_still_found(typed, dossier, world, client):
    by_set(dossier, None)
    client.force_login(world.lac.owner)

    answer = client.get("/dossiers/", {"q": typed})

    assert [line.dossier.reference for line in answer.context["rows"]] == [dossier.reference]


def test_both_sides_read_it_and_nobody_else(dossier, world, client):
    by_set(dossier, None)
    pages = [reverse("dossier", args=["ALPES", dossier.reference])]
    pages.append(reverse("admin:claims_dossier_change", args=[dossier.pk]))

    for user, page in zip((world.lac.owner, world.alpes.clerk), pages, strict=True):
        client.force_login(user)
        assert OLD in client.get(page).content.decode()
    client.force_login(world.mer.owner)
    assert client.get("/dossiers/", {"q": OLD}).context["rows"] == []
    for stranger in (world.mer.owner, world.berry.manager):  # the other cabinet, a shop of its own
        with scope.acting_as(stranger.pk) as actor:
            assert not Dossier.objects.filter(former_keys__contains="AB123CD").exists(), "the second fence"
            assert not Dossier.objects.visible_to(actor).filter(former_keys__contains="AB123CD").exists()


@pytest.mark.parametrize("other", ["AB123CD", "ab.123.cd"])
def test_another_way_to_write_it_is_no_other_plate(other, dossier):
    Dossier.objects.filter(pk=dossier.pk).update(plate=other)

    dossier.refresh_from_db()
    assert (dossier.former_plates, dossier.former_keys) == ([], "")


def test_a_plate_that_was_missing_or_came_back_is_no_former_one(dossier):
    with time_machine.travel("2026-03-04T12:00Z"):
        for plate in ("", NEW, OLD, NEW):
            Dossier.objects.filter(pk=dossier.pk).update(plate=plate)

    dossier.refresh_from_db()
    assert [former.plate for former in dossier.plates_before] == [OLD]
    assert dossier.former_keys.split() == ["EF456GH", "AB123CD"]


def test_nothing_but_the_plate_writes_the_past(dossier):
    by_set(dossier, None)
    Dossier.objects.filter(pk=dossier.pk).update(former_plates=[], former_keys="")
    dossier.save()  # what was read before the plate changed

    dossier.refresh_from_db()
    assert {row["plate"] for row in dossier.former_plates} == {OLD, NEW}, "saving gave the old plate back"


def test_a_missing_dossier_is_recognised_by_its_old_plate(dossier, world):
    by_set(dossier, None)

    with scope.acting_as(world.lac.owner.pk) as actor:
        assert diagnose("ab123cd", actor=actor).finding == Finding.VISIBLE
        assert diagnose("b123c", actor=actor).finding != Finding.VISIBLE


def test_a_paper_with_the_old_plate_is_of_this_dossier(dossier, world):
    by_set(dossier, None)
    other = DossierFactory(cabinet=dossier.cabinet, establishment=dossier.establishment, plate="ZZ-999-ZZ")
    dossier.refresh_from_db()
    everything = Dossier.objects.all()

    assert _others(dossier, everything.exclude(pk=dossier.pk), f"Devis {OLD}") == ""
    assert _others(other, everything.exclude(pk=other.pk), f"Devis {OLD}") == dossier.reference
