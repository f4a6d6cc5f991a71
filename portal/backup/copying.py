"""`sauvegarde`: one snapshot of the database, dumped and counted twice over, then every file.

Files come after the snapshot: what a row of it leads to was stored before the row was, and what leads nowhere yet does
no harm. The purge waits meanwhile, as it alone removes what documents lead to.
"""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any, cast

import psycopg
from django.apps import apps
from django.conf import settings
from django.db import connections
from django.utils import timezone
from psycopg import Connection, sql
from psycopg.conninfo import make_conninfo

from accounts.privatefiles import store
from portal.backup import BackupError, inventory, manifest, programs
from portal.backup.manifest import DUMP, FOLDER, LIST, Stored
from portal.retention import plan
from portal.retention.forgetting import ledger

PARTIAL = "EN-COURS"
TRANSIENT = {"claims.Upload", "claims.Export"}  # what was not sent yet, and archives: they go while files are copied
Progress = Callable[[int], object]


@dataclass(frozen=True)
class Copied:
    tables: int
    rows: int
    files: int
    size: int  # bytes
    missing: tuple[str, ...]  # rows lead to them and they are not there, or not what the row says


def dsn() -> str:
    """The backup role's address, in the database the portal works with."""
    if not settings.DATABASE_BACKUP_URL:
        raise BackupError(
            "La variable DATABASE_BACKUP_URL est absente : il faut un rôle qui lit tout (BYPASSRLS). "
            "« python -m portal.roles ADRESSE_ADMINISTRATEUR » le crée et affiche la variable."
        )
    return make_conninfo(settings.DATABASE_BACKUP_URL, dbname=str(connections["default"].settings_dict["NAME"]))


def connect() -> Connection[Any]:
    try:
        connection = psycopg.connect(dsn(), connect_timeout=10)
    except psycopg.Error as problem:
        raise BackupError(f"La base de DATABASE_BACKUP_URL ne répond pas : {problem}") from problem
    if not inventory.reads_everything(connection):
        connection.close()
        raise BackupError(
            "DATABASE_BACKUP_URL mène à un rôle que le cloisonnement borne : la copie serait vide. "
            "Il faut un rôle BYPASSRLS (« python -m portal.roles » crée portal_backup)."
        )
    connection.rollback()
    return connection


def make(folder: Path, progress: Progress = lambda _done: None) -> Copied:
    """A whole backup in `folder`, which is new, empty, or holds one that was interrupted."""
    _begin(folder)
    with ledger().locked(), connect() as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        row = connection.execute("SELECT pg_export_snapshot(), current_setting('server_version_num')::int").fetchone()
        snapshot, version = row or ("", 0)
        held = inventory.take(connection)
        _dump(folder, str(snapshot), version // 10000)
        named = dict(_named(connection))
    _refuse_empty(folder, held, version // 10000)
    copied = list(_copy_files(folder, progress))
    missing = _missing(named, copied)
    return _finish(folder, held, copied, missing)


def _begin(folder: Path) -> None:
    if folder.exists() and any(folder.iterdir()) and not (folder / PARTIAL).is_file():
        raise BackupError(f"{folder} n'est pas vide : donnez un dossier neuf à chaque sauvegarde.")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    (folder / PARTIAL).touch()


def _dump(folder: Path, snapshot: str, version: int) -> None:
    """As a role that escapes row-level security, never with `--enable-row-security`, which copies what it may see."""
    arguments = ["--format=custom", "--compress=1", f"--snapshot={snapshot}", "--lock-wait-timeout=30s"]
    programs.run(programs.find("pg_dump", version), dsn(), [*arguments, f"--file={folder / DUMP}"])


def _refuse_empty(folder: Path, held: inventory.Inventory, version: int) -> None:
    """Read the dump again and count: as many rows in it as the snapshot had, table by table."""
    counted = rows_in_dump(folder / DUMP, version)
    for name, (count, *_sums) in held["tables"].items():
        if counted.get(name, 0) != count:
            raise BackupError(
                f"La copie de {name} contient {counted.get(name, 0)} ligne(s), la base {count} : ce n'est pas une "
                "sauvegarde. Le rôle de DATABASE_BACKUP_URL ne voit peut-être pas tout."
            )


def rows_in_dump(dump: Path, version: int) -> dict[str, int]:
    """Lines of each table's COPY, as `pg_restore` would send them."""
    program = programs.find("pg_restore", version)
    found: dict[str, int] = {}
    table = ""
    for line in programs.lines(program, ["--data-only", "--file=-", dump]):
        if line.startswith(b"COPY public."):
            table = line.split(b" ")[1].decode().removeprefix("public.").strip('"')
            found[table] = 0
        elif line.startswith(b"\\."):
            table = ""
        elif table:
            found[table] += 1
    return found


def _named(connection: Connection[Any]) -> Iterator[tuple[str, str]]:
    """Every file that a row of the snapshot leads to for good, with its SHA-256 where the row knows it."""
    for label, rule in plan.PLAN.items():
        model = apps.get_model(label)
        for column in rule.files if label not in TRANSIENT else ():
            digest = "sha256" if label == "claims.Document" and column == "file" else None
            query = sql.SQL("SELECT {column}, {digest} FROM {table} WHERE {column} <> ''").format(
                column=plan.key_of(column),
                digest=sql.Identifier(digest) if digest else sql.SQL("''"),
                table=sql.Identifier(model._meta.db_table),
            )
            yield from ((str(name), str(known)) for name, known in connection.execute(query))


def _copy_files(folder: Path, progress: Progress) -> Iterator[Stored]:
    (folder / FOLDER).mkdir()
    with (folder / LIST).open("w", encoding="utf-8") as listing:
        for name in sorted(held.name for held in store().held()):
            if name.startswith("sante/"):
                continue
            stored = copy(partial(_open, name), folder / FOLDER / name, name)
            if stored is not None:
                listing.write(f"{stored.name}\t{stored.size}\t{stored.sha256}\n")
                progress(stored.size)
                yield stored


def _open(name: str) -> IO[bytes]:
    return cast("IO[bytes]", store().open(name))


def copy(source: Callable[[], IO[bytes]], target: Path, name: str) -> Stored | None:
    """Copy and fingerprint in one reading; None for a file that went meanwhile."""
    digest, size = hashlib.sha256(), 0
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with source() as read, target.open("wb") as written:
            os.fchmod(written.fileno(), 0o600)
            while block := read.read(manifest.BLOCK):
                digest.update(block)
                written.write(block)
                size += len(block)
    except FileNotFoundError:
        target.unlink(missing_ok=True)
        return None
    return Stored(name, size, digest.hexdigest())


def _missing(named: dict[str, str], copied: list[Stored]) -> tuple[str, ...]:
    """What rows lead to and was not copied as they say."""
    held = {stored.name: stored.sha256 for stored in copied}
    return tuple(sorted(name for name, digest in named.items() if name not in held or digest not in ("", held[name])))


def _finish(folder: Path, held: inventory.Inventory, copied: list[Stored], missing: tuple[str, ...]) -> Copied:
    sums = {name: manifest.sha256_of(folder / name) for name in (DUMP, LIST)}
    manifest.write(
        folder,
        {
            "fait_le": timezone.now().isoformat(timespec="seconds"),
            "base": held,
            "empreintes": sums,
            "fichiers": len(copied),
            "octets": sum(stored.size for stored in copied),
            "manquants": list(missing),
            "registre": ledger().head,
        },
    )
    (folder / PARTIAL).unlink()
    rows = sum(count for count, *_sums in held["tables"].values())
    return Copied(len(held["tables"]), rows, len(copied), sum(stored.size for stored in copied), missing)
