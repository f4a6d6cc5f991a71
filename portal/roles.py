"""The four database roles and the portal's database, made or put right on any PostgreSQL server.

The embedded server gets them at each start; on a server of yours: `python -m portal.roles ADMIN_URL [--base NAME]`.
"""

import argparse
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import psycopg
from psycopg import Connection, sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from portal.datafolder import DataFolder

OWNER, APP, SEARCH, BACKUP = "portal_owner", "portal_app", "portal_search", "portal_backup"
ATTRIBUTES = {
    "rolsuper": "SUPERUSER",
    "rolcreaterole": "CREATEROLE",
    "rolcreatedb": "CREATEDB",
    "rolreplication": "REPLICATION",
    "rolbypassrls": "BYPASSRLS",
    "rolcanlogin": "LOGIN",
}


def provision(
    admin_dsn: str,
    *,
    database: str,
    owner_password: str,
    app_password: str,
    backup_password: str = "",
    for_tests: bool = False,
) -> bool:
    """Make what is missing and correct what differs; safe to repeat, and after an interruption.

    Whether the role that reads everything for backups could be made: only a superuser, or a role that itself escapes
    row-level security, may give that right away, and some hosts keep it to themselves.
    """
    with psycopg.connect(admin_dsn, autocommit=True) as admin:
        put_role(
            admin,
            OWNER,
            {"LOGIN", "CREATEDB"} if for_tests else {"LOGIN"},
            owner_password,
        )
        put_role(admin, APP, {"LOGIN"}, app_password)
        put_role(admin, SEARCH, set())
        copies = bool(backup_password) and put_backup_role(admin, backup_password)
        run(admin, "GRANT {} TO {}", SEARCH, OWNER)
        put_database(admin, database)
    with psycopg.connect(make_conninfo(admin_dsn, dbname=database), autocommit=True) as admin:
        put_rights(admin, database, copies=copies)
    return copies


def put_backup_role(admin: Connection, password: str) -> bool:
    """It reads all rows of all tables and writes none; without the right to read them all, a backup would be empty."""
    try:
        with admin.transaction():
            put_role(admin, BACKUP, {"LOGIN", "BYPASSRLS"}, password)
            run(admin, "GRANT pg_read_all_data TO {}", BACKUP)
            run(admin, "ALTER ROLE {} SET default_transaction_read_only = on", BACKUP)
    except psycopg.errors.InsufficientPrivilege:
        return False
    return True


def run(admin: Connection, statement: str, *names: str) -> None:
    admin.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def put_role(admin: Connection, name: str, wanted: set[str], password: str = "") -> None:
    """Only what differs is altered: a managed server lets nobody even mention SUPERUSER."""
    columns = sql.SQL(", ").join(map(sql.Identifier, ATTRIBUTES))
    query = sql.SQL("SELECT {} FROM pg_roles WHERE rolname = {}").format(columns, name)
    row = admin.execute(query).fetchone()
    if row is None:
        run(admin, "CREATE ROLE {} NOLOGIN", name)
        row = (False,) * len(ATTRIBUTES)
    for held, attribute in zip(row, ATTRIBUTES.values(), strict=True):
        if held != (attribute in wanted):
            change = sql.SQL(attribute if attribute in wanted else f"NO{attribute}")
            admin.execute(sql.SQL("ALTER ROLE {} {}").format(sql.Identifier(name), change))
    if password:
        admin.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(name), password))


def put_database(admin: Connection, database: str) -> None:
    """An administrator who is no superuser must be a member of the owner to give it a database."""
    if admin.execute("SELECT pg_has_role(current_user, %s, 'SET')", [OWNER]).fetchone() != (True,):
        run(admin, "GRANT {} TO CURRENT_USER", OWNER)
    if admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone() is None:
        run(
            admin,
            "CREATE DATABASE {} OWNER {} ENCODING 'UTF8' TEMPLATE template0",
            database,
            OWNER,
        )
    else:
        run(admin, "ALTER DATABASE {} OWNER TO {}", database, OWNER)


def put_rights(admin: Connection, database: str, *, copies: bool = False) -> None:
    """Nothing for PUBLIC; the application may come in and use temporary tables (the import does)."""
    run(admin, "ALTER SCHEMA public OWNER TO {}", OWNER)
    run(admin, "SET ROLE {}", OWNER)
    run(admin, "REVOKE ALL ON DATABASE {} FROM PUBLIC", database)
    run(admin, "REVOKE ALL ON SCHEMA public FROM PUBLIC")
    run(admin, "GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}", database, APP)
    run(admin, "GRANT USAGE ON SCHEMA public TO {}", APP)
    if copies:
        run(admin, "GRANT CONNECT ON DATABASE {} TO {}", database, BACKUP)


def owned_databases(admin_dsn: str) -> set[str]:
    """Names of the databases that already belong to the portal's owner."""
    query = "SELECT datname FROM pg_database JOIN pg_roles ON pg_roles.oid = datdba WHERE rolname = %s"
    with psycopg.connect(admin_dsn) as admin:
        return {name for (name,) in admin.execute(query, [OWNER])}


def address(dsn: str, *, database: str, role: str, password: str) -> str:
    """The same server as `dsn`, for one role, as Django's and libpq's `postgres://` address."""
    parts = {key: str(value) for key, value in conninfo_to_dict(dsn).items()}
    host, port = parts.pop("host", ""), parts.pop("port", "")
    kept = {key: value for key, value in parts.items() if key.startswith("ssl")}
    if host.startswith("/") or not host:
        kept |= {"host": host} if host else {}
        place = ""
    else:
        place = f"[{host}]" if ":" in host else host
    place += f":{port}" if port else ""
    query = "?" + urlencode(kept, safe="/") if kept else ""
    return f"postgres://{role}:{quote(password, safe='')}@{place}/{quote(database, safe='')}{query}"


def addresses(
    dsn: str, *, database: str, owner_password: str, app_password: str, backup_password: str = ""
) -> dict[str, str]:
    """The variables the portal reads; the third only where its role could be made."""
    found = {
        "DATABASE_URL": address(dsn, database=database, role=APP, password=app_password),
        "DATABASE_OWNER_URL": address(dsn, database=database, role=OWNER, password=owner_password),
    }
    if backup_password:
        found["DATABASE_BACKUP_URL"] = address(dsn, database=database, role=BACKUP, password=backup_password)
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m portal.roles",
        description="Crée ou corrige les rôles et la base du portail, puis affiche les variables à reporter.",
    )
    parser.add_argument("admin_url", help="adresse d’un administrateur du serveur : postgres://…")
    parser.add_argument("--base", default="portal", help="nom de la base (portal)")
    parser.add_argument(
        "--muet", action="store_true", help="ne pas afficher les variables, qui contiennent les mots de passe"
    )
    options = parser.parse_args(arguments)
    data = DataFolder(Path(os.environ.get("PORTAL_DATA") or "var").expanduser().absolute())
    data.prepare()
    server = re.sub(
        r"[^A-Za-z0-9.-]",
        "_",
        urlsplit(options.admin_url).netloc.rpartition("@")[2] or "local",
    )
    names = {"owner_password": OWNER, "app_password": APP, "backup_password": BACKUP}
    passwords: dict[str, Any] = {
        name: os.environ.get(f"PORTAL_{name.upper()}") or data.secret(f"{role}@{server}")
        for name, role in names.items()
    }
    try:
        copies = provision(options.admin_url, database=options.base, **passwords)
    except psycopg.Error as problem:
        sys.stderr.write(f"Le serveur a refusé : {problem}\n")
        return 1
    if not copies:
        passwords["backup_password"] = ""
        sys.stderr.write(
            f"Ce serveur ne laisse pas créer {BACKUP} (BYPASSRLS) : sauvegardez par ses propres moyens.\n"
        )
    found = {} if options.muet else addresses(options.admin_url, database=options.base, **passwords)
    for name, value in found.items():
        sys.stdout.write(f"{name}={value}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
