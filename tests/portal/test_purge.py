"""`manage.py purge`: exactly what is over is forgotten, whatever interrupts it, and nothing when it cannot see."""

import json
from datetime import date, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connections
from django.utils import timezone

from accounts import journal, scope
from accounts.scope import System
from claims.models import CabinetRules, Dossier, MissingDossierRequest
from messaging.models import Message, Notification
from portal.retention import forgetting, plan, statements
from portal.retention.ledger import Ledger, LedgerError
from tests.world import build

TODAY = timezone.localdate()
committed = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


def years_ago(years: int, days: int = 0):
    return statements.limit(TODAY, years) - timedelta(hours=1) + timedelta(days=days)


@pytest.fixture
def world(transactional_db, settings, tmp_path):
    """Lac's dossier is over by a day, Deux's at Alpes stays one day more, Berry keeps three years only."""
    settings.PURGE_LEDGER = tmp_path / "registre" / "purge.jsonl"
    with scope.system(System.TESTS) as actor:
        found = build()
        CabinetRules.objects.filter(cabinet=found.berry.cabinet).update(retention_years=3)
        for dossier, at in (
            (found.lac.dossiers["ALPES"], years_ago(5)),
            (found.deux.dossiers["ALPES"], years_ago(5, days=1)),
            (found.deux.dossiers["BERRY"], years_ago(4)),
        ):
            Dossier.objects.filter(pk=dossier.pk).update(state="termine", state_since=at)
            journal.record(dossier, "opened", actor=actor, name=dossier.insured_name)
            told = {"subject_type": "claims.dossier", "subject_id": dossier.pk, "event": "opened"}
            Notification.objects.create(key=f"essai:{dossier.pk}", recipient=found.lac.owner, **told)
        MissingDossierRequest.objects.filter(cabinet=found.alpes.cabinet).update(created_at=years_ago(5))
        for number, waiting in enumerate(Message.objects.filter(state="waiting")):
            name = default_storage.save(f"pending/{number:032x}", ContentFile(b"joint"))
            Message.objects.filter(pk=waiting.pk).update(pending={"name": "joint.pdf", "file": name})
    return found


def everything() -> dict[str, dict[int, dict]]:
    """Every row of every table, as JSON, by model and key."""
    found = {}
    with scope.system(System.TESTS), connections["default"].cursor() as cursor:
        for model in apps.get_models():
            if model._meta.label != "claims.DossierTally":  # sums that the database keeps: counted apart
                cursor.execute(f"SELECT to_jsonb(t)::text FROM {model._meta.db_table} t")
                rows = [json.loads(text) for (text,) in cursor.fetchall()]
                found[model._meta.label] = {row.get("id") or row.get("session_key"): row for row in rows}
    return found


def lasting(found):
    """Without the history of rows, which the database itself writes and empties."""
    return {label: rows for label, rows in found.items() if label != "accounts.RowChange"}


def stored() -> set[str]:
    root = Path(default_storage.location)
    return {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}


def survivors(before, gone: set[int], asked: set[int]):
    """The oracle: it knows what a dossier is, not the plan. Who names a dossier that is gone goes with it."""
    dead = {
        (label.lower(), key)
        for label, rows in before.items()
        for key, row in rows.items()
        if (
            label != "accounts.JournalEntry"
            and (row.get("dossier_id") in gone or (label == "claims.Dossier" and key in gone))
        )
        or (label == "claims.MissingDossierRequest" and key in asked)
    }
    left = {}
    for label, rows in before.items():
        left[label] = {
            key: row
            for key, row in rows.items()
            if (label.lower(), key) not in dead
            and (label != "messaging.Notification" or (row["subject_type"], row["subject_id"]) not in dead)
        }
    for row in left["accounts.JournalEntry"].values():
        if row["dossier_id"] in gone or (row["subject_type"], row["subject_id"]) in dead:
            row |= {"subject_label": "", "actor_label": "", "user_id": None, "detail": {}}
    return left


def files_named(rows) -> set[str]:
    text = json.dumps(rows)
    return {name for name in stored() if json.dumps(name) in text}


@committed
def test_exactly_what_is_over_is_forgotten_rows_and_files(world, tmp_path):
    gone = {world.lac.dossiers["ALPES"].pk, world.deux.dossiers["BERRY"].pk}
    before = everything()
    asked = {
        key
        for key, row in before["claims.MissingDossierRequest"].items()
        if row["cabinet_id"] == world.alpes.cabinet.pk
    }
    expected = survivors(json.loads(json.dumps(before), object_hook=_numbers), gone, asked)
    kept_files = files_named(expected)
    looked = forgetting.look()
    assert lasting(everything()) == lasting(before)
    out = StringIO()

    call_command("purge", certificat=tmp_path / "certificat.json", stdout=out)

    assert lasting(everything()) == lasting(expected)
    assert stored() == kept_files
    told = json.loads((tmp_path / "certificat.json").read_text())
    assert told["lignes"] == dict(looked.rows - type(looked.rows)())
    assert (told["fichiers"], told["lignes"]["claims.Dossier"]) == (looked.files, 2)
    left = json.dumps(everything()) + Path(tmp_path / "registre" / "purge.jsonl").read_text() + json.dumps(told)
    said = ("ASSURE", "COMPLEMENT", "DEMANDE", "MEMO", "NOTE", "VUE", "QUESTION", "REPONSE", "ATTENTE", "RAPPORT")
    assert [
        f"{word} {whose}" for word in said for whose in ("ALPES Lac", "BERRY Deux") if f"{word} {whose}" in left
    ] == []
    assert all(f"{word} ALPES Deux" in left for word in said)
    assert "ALPES-LAC" not in left
    call_command("purge", stdout=(second := StringIO()))
    assert "aucune" in second.getvalue()
    assert lasting(everything()) == lasting(expected)


def _numbers(row):
    """JSON's keys are texts; ours are numbers."""
    return {int(key) if key.isdigit() else key: value for key, value in row.items()}


@committed
def test_a_purge_that_is_killed_anywhere_is_finished_by_the_next(world, monkeypatch):
    before, begun = everything(), stored()

    class Killed(BaseException):
        pass

    def die(*_args, **_kwargs):
        raise Killed

    with monkeypatch.context() as hurt:
        hurt.setattr(statements, "forget", die)  # before the commit: nothing is gone
        with pytest.raises(Killed):
            forgetting.purge()
    assert (everything(), stored()) == (before, begun)

    real, removed = default_storage.delete, []
    with monkeypatch.context() as hurt:
        hurt.setattr(default_storage, "delete", lambda name: removed.append(name) or (real(name), die()))
        with pytest.raises(Killed):
            forgetting.purge()
    assert len(begun - stored()) == 1
    assert not Dossier.objects.using("owner").filter(pk=world.lac.dossiers["ALPES"].pk).exists()

    outcome = forgetting.purge()

    assert outcome.resumed == 1
    assert Ledger(forgetting.ledger().path).open_lots() == []
    assert stored() == files_named(everything())


@committed
def test_a_purge_that_does_not_see_everything_fails_loudly(world, monkeypatch):
    before = everything()
    real = statements.execute
    monkeypatch.setattr(
        statements, "execute", lambda text, *values, **names: 0 if "enter" in text else real(text, *values, **names)
    )

    with pytest.raises(CommandError, match="n'y voit pas tout"):
        call_command("purge")

    monkeypatch.undo()
    assert lasting(everything()) == lasting(before)


@committed
def test_what_a_backup_brings_back_is_forgotten_again(world):
    pk = world.lac.dossiers["ALPES"].pk
    with scope.system(System.TESTS):
        again = Dossier.objects.get(pk=pk)
    forgetting.purge()
    with scope.system(System.TESTS):
        Dossier.objects.filter(pk=pk).delete()
        copy = Dossier(
            **{f.attname: getattr(again, f.attname) for f in Dossier._meta.concrete_fields if not f.generated}
        )
        copy.save(force_insert=True)
        other = Dossier.objects.create(cabinet_id=copy.cabinet_id, reference="AUTRE")

    assert forgetting.replay() == 1

    with scope.system(System.TESTS):
        assert not Dossier.objects.filter(pk=pk).exists()
        assert Dossier.objects.filter(pk=other.pk).exists()


def test_every_model_and_file_field_has_a_plan(monkeypatch):
    plan.check()
    monkeypatch.delitem(plan.PLAN, "claims.Memo")
    monkeypatch.setitem(plan.PLAN, "claims.Document", plan.gone("shown"))

    with pytest.raises(plan.NoPlanError, match=r"claims\.Memo, claims\.Document\.file"):
        plan.check()


@pytest.mark.parametrize(
    ("today", "years", "first_kept"),
    [
        (date(2026, 11, 22), 5, "2021-11-23T00:00:00+01:00"),
        (date(2028, 2, 29), 5, "2023-03-01T00:00:00+01:00"),
        (date(2026, 3, 29), 1, "2025-03-30T00:00:00+01:00"),
    ],
)
def test_the_limit_is_a_midnight_in_paris(today, years, first_kept):
    assert statements.limit(today, years).isoformat() == first_kept


def test_a_ledger_that_was_changed_is_refused_and_half_a_line_is_not_there(tmp_path):
    book = Ledger(tmp_path / "registre.jsonl")
    for number in range(3):
        book.write("debut", lot=str(number), cabinet="ALPES", dossiers=[], fichiers=[])
    with book.path.open("ab") as file:
        file.write(b'{"quoi": "deb')
    assert len(book.facts()) == 3
    book.write("fin", lot="0")
    assert [lot.number for lot in book.open_lots()] == ["1", "2"]

    book.path.write_bytes(book.path.read_bytes().replace(b'"lot": "1"', b'"lot": "9"'))

    with pytest.raises(LedgerError, match="altéré à la ligne 3"):
        book.facts()
