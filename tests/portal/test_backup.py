"""Backup → destroy → restore: every row, file, policy and role equal, or an error that says why (T44)."""

import hashlib
import os
import shutil
from pathlib import Path

import psycopg
import pytest
from django.conf import settings as configured
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connections
from psycopg import sql
from psycopg.conninfo import make_conninfo

from accounts import scope
from accounts.scope import System
from claims.models import Document, Dossier
from portal.backup import copying, inventory, manifest, programs, record, restoring
from portal.retention import forgetting, statements
from tests.world import build

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "owner"]),
    pytest.mark.skipif(
        not configured.DATABASE_BACKUP_URL,
        reason="no DATABASE_BACKUP_URL: script/test makes its own servers and has one",
    ),
]


@pytest.fixture
def site(transactional_db, settings, tmp_path):
    settings.PURGE_LEDGER = tmp_path / "registre" / "purge.jsonl"
    settings.DATA_DIR = tmp_path / "donnees"
    with scope.system(System.TESTS):
        found = build()
        Document.objects.update(sha256=hashlib.sha256(b"%PDF-1.4 essai").hexdigest())  # what factories store
    return found


@pytest.fixture
def clean_place(settings, tmp_path):
    """Another, empty base on the same server, and an empty folder: the portal works there from then on."""
    names = {alias: connections[alias].settings_dict["NAME"] for alias in ("default", "owner")}
    new = f"{names['owner']}_restaure"
    address = make_conninfo(configured.DATABASE_BACKUP_URL, dbname=names["owner"])

    def on_server(statement):
        with psycopg.connect(owner_address(names["owner"]), autocommit=True) as owner:
            owner.execute(sql.SQL(statement).format(sql.Identifier(new)))

    def go():
        on_server("DROP DATABASE IF EXISTS {} WITH (FORCE)")
        on_server("CREATE DATABASE {} TEMPLATE template0")
        for alias in names:
            connections[alias].close()
            connections[alias].settings_dict["NAME"] = new
        settings.MEDIA_ROOT = tmp_path / "autres-fichiers"
        return address

    yield go
    for alias, name in names.items():
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = name
    on_server("DROP DATABASE IF EXISTS {} WITH (FORCE)")


def owner_address(name):
    return make_conninfo(os.environ["DATABASE_OWNER_URL"], dbname=name)


def files_of(root: Path) -> dict[str, str]:
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in root.rglob("*")
        if path.is_file()
    }


def plain_dump(tmp_path) -> list[str]:
    """Everything as SQL, under a fixed key, so that two dumps of equal bases are equal byte for byte."""
    target = tmp_path / "clair.sql"
    with copying.connect() as connection:
        major = connection.info.server_version // 10000
    programs.run(
        programs.find("pg_dump", major), copying.dsn(), ["--restrict-key=essai", "--no-comments", f"--file={target}"]
    )
    return sorted(inventory.settled(line) for line in target.read_text().split("\n"))


def test_what_was_saved_comes_back_to_the_last_bit(site, clean_place, tmp_path):
    call_command("sauvegarde", tmp_path / "copie")
    before, files = plain_dump(tmp_path), files_of(Path(default_storage.location))
    shutil.rmtree(default_storage.location)
    clean_place()

    call_command("restauration", tmp_path / "copie")

    assert plain_dump(tmp_path) == before
    assert files_of(tmp_path / "autres-fichiers") == files
    with connections["owner"].cursor() as cursor:  # under FORCE the owner sees nothing without a scope
        cursor.execute("SELECT count(*) FROM claims_document")
        assert cursor.fetchone() == (0,)
    with scope.system(System.TESTS):
        assert Dossier.objects.get(pk=site.lac.dossiers["ALPES"].pk).insured_name == "ASSURE ALPES Lac"
    assert record.last(record.BACKUP) < record.last(record.DRILL)
    with pytest.raises(CommandError, match="contient des fichiers"):
        call_command("restauration", tmp_path / "copie")


def test_an_interrupted_restoration_goes_on_and_the_purge_ledger_is_replayed(site, clean_place, tmp_path, monkeypatch):
    call_command("sauvegarde", tmp_path / "copie")
    with scope.system(System.TESTS):
        over = statements.limit(forgetting.timezone.localdate(), 6)
        Dossier.objects.filter(pk=site.lac.dossiers["ALPES"].pk).update(state="termine", state_since=over)
    forgetting.purge()
    clean_place()

    class Killed(BaseException):
        pass

    def die(*_args):
        raise Killed

    for step in ("_put_database", "_compare"):
        with monkeypatch.context() as hurt:
            hurt.setattr(restoring, step, die)
            with pytest.raises(Killed):
                call_command("restauration", tmp_path / "copie")
        assert restoring.marker().is_file()
    call_command("restauration", tmp_path / "copie")

    assert not restoring.marker().exists()
    with scope.system(System.TESTS):
        assert not Dossier.objects.filter(pk=site.lac.dossiers["ALPES"].pk).exists()
        assert Dossier.objects.filter(pk=site.deux.dossiers["ALPES"].pk).exists()


def test_what_is_no_backup_is_refused(site, clean_place, settings, tmp_path):
    """The role that sees nothing, the dump without rows, the damaged copy, the base that is not empty."""
    for address in (os.environ["DATABASE_OWNER_URL"], os.environ["DATABASE_URL"]):
        settings.DATABASE_BACKUP_URL = address
        with pytest.raises(CommandError, match="cloisonnement borne"):
            call_command("sauvegarde", tmp_path / "copie")
    settings.DATABASE_BACKUP_URL = ""
    with pytest.raises(CommandError, match="DATABASE_BACKUP_URL est absente"):
        call_command("sauvegarde", tmp_path / "copie")
    assert not (tmp_path / "copie" / manifest.MANIFEST).exists()
    settings.DATABASE_BACKUP_URL = configured.DATABASE_BACKUP_URL or os.environ["DATABASE_BACKUP_URL"]
    refuses_a_dump_without_rows(tmp_path)

    call_command("sauvegarde", tmp_path / "copie")
    with pytest.raises(CommandError, match="n'est pas vide"):
        call_command("sauvegarde", tmp_path / "copie")
    settings.MEDIA_ROOT = tmp_path / "vide"
    with pytest.raises(CommandError, match="contient déjà des données"):
        call_command("restauration", tmp_path / "copie")
    clean_place()
    refuses_a_damaged_copy(tmp_path / "copie")


def refuses_a_dump_without_rows(tmp_path):
    """What `--enable-row-security` makes under a role that is bound: it ends with 0, and holds nothing (F7)."""
    owner = owner_address(connections["owner"].settings_dict["NAME"])
    with copying.connect() as connection:
        held, major = inventory.take(connection), connection.info.server_version // 10000
    arguments = ["--format=custom", "--enable-row-security"]
    programs.run(programs.find("pg_dump", major), owner, [*arguments, f"--file={tmp_path / manifest.DUMP}"])

    with pytest.raises(copying.BackupError, match="ce n'est pas une sauvegarde"):
        copying._refuse_empty(tmp_path, held, major)


def refuses_a_damaged_copy(copy):
    some = next(path for path in (copy / manifest.FOLDER / "documents").rglob("*") if path.is_file())
    for path, sentence in (
        (some, "y a changé"),
        (copy / manifest.DUMP, "manque ou a changé"),
        (copy / manifest.LIST, "manque ou a changé"),
        (copy / manifest.MANIFEST, "n'utilisez pas cette copie"),
    ):
        kept = path.read_bytes()
        path.write_bytes(b"X" + kept[1:])
        with pytest.raises(CommandError, match=sentence):
            call_command("restauration", copy)
        path.write_bytes(kept)
    (copy / manifest.SUM).unlink()
    with pytest.raises(CommandError, match="pas une sauvegarde entière"):
        call_command("restauration", copy)
