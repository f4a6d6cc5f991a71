"""`restauration`: an empty base and an empty folder become what was saved, and are compared with it.

Files first, then the database in one transaction: whatever is interrupted is begun again by the same command. The
purge ledger is replayed at the end, so that nobody who was forgotten comes back; until then a marker says that the
site is not to be opened.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from django.conf import settings
from django.db import connections, transaction
from psycopg import sql
from psycopg.conninfo import make_conninfo

from accounts.privatefiles import store
from accounts.scope import System
from portal import roles
from portal.backup import BackupError, copying, inventory, manifest, programs
from portal.backup.manifest import DUMP, FOLDER, Stored
from portal.retention import forgetting

Progress = Callable[[int], object]
EXTENSIONS = "SELECT extname FROM pg_extension WHERE extname <> 'plpgsql'"
LEFT = """
SELECT format('DROP TABLE IF EXISTS public.%I CASCADE', relname) FROM pg_class
  WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
UNION ALL
SELECT format('DROP FUNCTION IF EXISTS %s CASCADE', oid::regprocedure) FROM pg_proc
  WHERE pronamespace = 'public'::regnamespace
UNION ALL
SELECT format('DROP SEQUENCE IF EXISTS public.%I CASCADE', relname) FROM pg_class
  WHERE relnamespace = 'public'::regnamespace AND relkind = 'S'"""
SOMEBODY = ("accounts_user", "accounts_cabinet", "claims_dossier")


@dataclass(frozen=True)
class Restored:
    tables: int
    rows: int
    files: int
    forgotten: int  # dossiers that the backup brought back and the ledger took away again


def marker() -> Path:
    """While it is there, what was restored is not verified yet."""
    return Path(settings.DATA_DIR) / "restauration-en-cours.json"


def restore(folder: Path, *, without_ledger: bool = False, progress: Progress = lambda _done: None) -> Restored:
    facts = manifest.read(folder)
    if not without_ledger:
        _check_ledger(facts["registre"])
    resumed = _begin(facts["empreintes"])
    files = _put_files(folder, progress)
    if not (resumed and _is_there(facts["base"])):
        check_empty()
        _put_database(folder)
    _compare(facts["base"])
    forgotten = 0 if without_ledger else forgetting.replay()
    marker().unlink()
    rows = sum(count for count, *_sums in facts["base"]["tables"].values())
    return Restored(len(facts["base"]["tables"]), rows, files, forgotten)


def _begin(sums: dict[str, str]) -> bool:
    """Whether the same restoration was begun before; another one is not mixed with it."""
    if marker().is_file():
        if json.loads(marker().read_text()) != sums:
            raise BackupError(
                "Une autre sauvegarde est en cours de restauration ici : finissez-la, ou partez d'une base et d'un "
                f"dossier neufs (et supprimez {marker()})."
            )
        return True
    if any(store().held()):
        raise BackupError(f"Le dossier {settings.MEDIA_ROOT} contient des fichiers : on ne restaure que dans un vide.")
    check_empty()
    marker().parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    marker().write_text(json.dumps(sums))
    return False


def _check_ledger(head: str) -> None:
    """The book must hold at least what it held when the backup was made; an older one would let people come back."""
    book = forgetting.ledger()
    lines = book.path.read_bytes().split(b"\n")[:-1] if book.path.is_file() else []
    if head not in {"0" * 64, *(manifest.sha256_of_bytes(line) for line in lines)}:
        raise BackupError(
            f"Le registre de purge {book.path} manque, ou est plus ancien que la sauvegarde : remettez-le en place. "
            "Sans lui, des dossiers effacés reviendraient (--sans-registre l'accepte)."
        )
    book.facts()


def check_empty() -> None:
    """A base without tables, or one just migrated in which nobody is; nothing is ever restored over data."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT to_regclass('public.accounts_user') IS NOT NULL")
        if cursor.fetchone() != (True,):
            return
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("SELECT portal_enter_system(%s)", [System.PURGE.value])
        for table in SOMEBODY:
            cursor.execute(sql.SQL("SELECT EXISTS (SELECT FROM {})").format(sql.Identifier(table)))
            if cursor.fetchone() != (False,):
                raise BackupError("La base contient déjà des données : on ne restaure que dans une base vide.")


def _put_files(folder: Path, progress: Progress) -> int:
    """Each file is fingerprinted as it is written; one that an interrupted restoration left is checked, not redone."""
    count = 0
    for stored in manifest.files(folder):
        if stored.name.startswith("/") or ".." in Path(stored.name).parts:
            raise BackupError(f"La sauvegarde nomme un fichier hors de son dossier : {stored.name}.")
        if not _is_put(stored):
            _put_file(folder / FOLDER / stored.name, stored)
        count += 1
        progress(stored.size)
    return count


def _is_put(stored: Stored) -> bool:
    try:
        with store().open(stored.name) as file:
            return hashlib.file_digest(cast("Any", file), "sha256").hexdigest() == stored.sha256
    except FileNotFoundError:
        return False


def _put_file(source: Path, stored: Stored) -> None:
    whole = store().workshop("sante") / "restauration"  # which nobody takes for a file of the site
    if copying.copy(lambda: source.open("rb"), whole, stored.name) != stored:
        whole.unlink(missing_ok=True)
        raise BackupError(f"Le fichier {stored.name} manque dans la sauvegarde ou y a changé.")
    store().take(whole, stored.name)


def _put_database(folder: Path) -> None:
    """In one transaction, as the owner; row-level security is switched on by the dump after the rows are in."""
    dsn = _owner_dsn()
    with copying.connect() as connection:
        version = connection.info.server_version // 10000
    _check_roles()
    _clear()
    with connections["owner"].cursor() as cursor:
        cursor.execute(sql.SQL("GRANT USAGE, CREATE ON SCHEMA public TO {}").format(sql.Identifier(roles.SEARCH)))
    arguments: list[str | Path] = ["--single-transaction", "--exit-on-error", "--no-comments", folder / DUMP]
    try:
        programs.run(programs.find("pg_restore", version), dsn, arguments)
    finally:
        with connections["owner"].cursor() as cursor:
            cursor.execute(sql.SQL("REVOKE CREATE ON SCHEMA public FROM {}").format(sql.Identifier(roles.SEARCH)))
    with connections["owner"].cursor() as cursor:
        cursor.execute("ANALYZE")


def _owner_dsn() -> str:
    parts = connections["owner"].get_connection_params()
    kept = {name: parts[name] for name in ("dbname", "user", "password", "host", "port") if parts.get(name)}
    return make_conninfo(**kept)


def _check_roles() -> None:
    wanted = [roles.OWNER, roles.APP, roles.SEARCH, roles.BACKUP]
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT rolname FROM pg_roles WHERE rolname = ANY(%s)", [wanted])
        missing = sorted(set(wanted) - {name for (name,) in cursor.fetchall()})
    if missing:
        raise BackupError(
            f"Ce serveur n'a pas le(s) rôle(s) {', '.join(missing)} : lancez d'abord "
            "« python -m portal.roles ADRESSE_ADMINISTRATEUR »."
        )


def _clear() -> None:
    """What a migration put into the empty base makes room for what was saved."""
    with connections["owner"].cursor() as cursor:
        for query, form in ((EXTENSIONS, 'DROP EXTENSION "{}" CASCADE'), (LEFT, "{}")):
            cursor.execute(query)
            for (name,) in cursor.fetchall():
                cursor.execute(form.format(name))


def _is_there(saved: inventory.Inventory) -> bool:
    """An interrupted restoration had come as far as this."""
    with copying.connect() as connection:
        return inventory.take(connection)["tables"].keys() == saved["tables"].keys()


def _compare(saved: inventory.Inventory) -> None:
    """Rows, structure, policies, forced flags, rights, functions, roles: all of it, or it is not restored."""
    with copying.connect() as connection:
        found: Any = inventory.differences(saved, inventory.take(connection))
    if found:
        more = f" (et {len(found) - 5} autres)" if len(found) > 5 else ""
        raise BackupError("La base restaurée diffère de la sauvegarde : " + " ; ".join(found[:5]) + more)
