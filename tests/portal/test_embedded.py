"""The embedded servers, their folder and the database roles."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from portal import embedded, roles
from portal.datafolder import DataFolder, StartError
from portal.postgres import Postgres
from portal.valkey import Valkey

ROOT = Path(__file__).resolve().parents[2]
PASSWORDS = {"owner_password": "owner", "app_password": "app"}


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """A running server without roles, under a folder whose path is too long for a socket."""
    data = DataFolder(tmp_path_factory.mktemp("essai") / ("long" * 30))
    data.prepare()
    data.open_sockets()
    server = Postgres(data, durable=False)
    server.prepare()
    server.start()
    embedded.wait_ready(server)
    yield server
    server.stop()
    data.close_sockets()


@pytest.fixture(scope="module")
def provisioned(postgres: Postgres) -> str:
    """The administrator's address, once the roles were made twice."""
    for _ in range(2):
        roles.provision(postgres.dsn, database="portal", **PASSWORDS)
    return postgres.dsn


def connect(dsn: str, name: str) -> psycopg.Connection:
    return psycopg.connect(roles.addresses(dsn, database="portal", **PASSWORDS)[name], autocommit=True)


def test_too_long_a_folder_puts_its_sockets_in_a_private_one(postgres: Postgres) -> None:
    folder = postgres.data.sockets

    assert not folder.is_relative_to(postgres.data.path)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert len(str(postgres.socket / ".s.PGSQL.5432")) < 108


def test_sockets_folder_of_someone_else_is_refused(postgres: Postgres, tmp_path: Path) -> None:
    data = DataFolder(tmp_path / ("tall" * 40))
    data.prepare()
    data.sockets.symlink_to(tmp_path)

    with pytest.raises(StartError, match="appartient à quelqu’un d’autre"):
        data.open_sockets()

    data.sockets.unlink()


def test_server_runs_as_an_ordinary_account(postgres: Postgres) -> None:
    status = Path(f"/proc/{postgres.popen.pid}/status").read_text()

    assert "Uid:\t0\t" not in status


def test_server_listens_on_its_socket_alone_and_asks_for_a_password(postgres: Postgres) -> None:
    with psycopg.connect(postgres.dsn) as admin:
        shown = [admin.execute(f"SHOW {name}").fetchone()[0] for name in ("listen_addresses", "data_checksums", "jit")]
        methods = admin.execute("SELECT DISTINCT auth_method FROM pg_hba_file_rules").fetchall()

    assert shown == ["", "on", "off"]
    assert methods == [("scram-sha-256",)]


def test_upper_case_of_accents_is_known_everywhere(postgres: Postgres) -> None:
    with psycopg.connect(postgres.dsn) as admin:
        assert admin.execute("SELECT upper('éàç')").fetchone() == ("ÉÀÇ",)


def test_role_attributes(provisioned: str) -> None:
    columns = "rolname, rolcanlogin, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication"
    with psycopg.connect(provisioned) as admin:
        rows = admin.execute(
            f"SELECT {columns} FROM pg_roles WHERE rolname LIKE 'portal%' ORDER BY rolname"
        ).fetchall()

    assert rows == [
        ("portal_app", True, False, False, False, False, False),
        ("portal_owner", True, False, False, False, False, False),
        ("portal_search", False, False, False, False, False, False),
    ]


def test_provision_corrects_a_role_that_has_too_much(provisioned: str) -> None:
    with psycopg.connect(provisioned, autocommit=True) as admin:
        admin.execute("ALTER ROLE portal_app BYPASSRLS CREATEDB")

        roles.provision(provisioned, database="portal", **PASSWORDS)

        row = admin.execute("SELECT rolbypassrls, rolcreatedb FROM pg_roles WHERE rolname = 'portal_app'").fetchone()
    assert row == (False, False)


def test_application_may_use_temporary_tables_and_make_no_others(provisioned: str) -> None:
    with connect(provisioned, "DATABASE_URL") as application:
        application.execute("CREATE TEMPORARY TABLE draft (id int)")

        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            application.execute("CREATE TABLE mine (id int)")


def test_owner_makes_tables_and_trusted_extensions(provisioned: str) -> None:
    with connect(provisioned, "DATABASE_OWNER_URL") as owner:
        owner.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        owner.execute("CREATE TABLE theirs (id int)")
        owner.execute("CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1'")
        owner.execute("GRANT CREATE ON SCHEMA public TO portal_search")
        owner.execute("ALTER FUNCTION one() OWNER TO portal_search")


def test_stranger_may_not_come_in(provisioned: str) -> None:
    with psycopg.connect(provisioned, autocommit=True) as admin:
        admin.execute("CREATE ROLE stranger LOGIN PASSWORD 'x'")
    address = roles.address(provisioned, database="portal", role="stranger", password="x")

    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        psycopg.connect(address)


def test_administrator_who_is_no_superuser_can_provision(provisioned: str) -> None:
    """As on a managed server."""
    with psycopg.connect(provisioned, autocommit=True) as admin:
        for statement in (
            "DROP DATABASE portal",
            "DROP OWNED BY portal_owner, portal_app, portal_search",
            "DROP ROLE portal_owner, portal_app, portal_search",
            "CREATE ROLE manager LOGIN CREATEROLE CREATEDB PASSWORD 'x'",
        ):
            admin.execute(statement)
    address = roles.address(provisioned, database="postgres", role="manager", password="x")

    for _ in range(2):
        roles.provision(address, database="portal", **PASSWORDS)

    connect(provisioned, "DATABASE_OWNER_URL").close()


@pytest.mark.parametrize(
    ("dsn", "expected"),
    [
        ("postgres://admin:a@db:5433/postgres?sslmode=require", "postgres://r:p%2F@db:5433/b?sslmode=require"),
        ("postgres://admin@[::1]/postgres", "postgres://r:p%2F@[::1]/b"),
        ("host=/run/x dbname=postgres", "postgres://r:p%2F@/b?host=/run/x"),
    ],
)
def test_address_keeps_the_server_and_changes_the_role(dsn: str, expected: str) -> None:
    assert roles.address(dsn, database="b", role="r", password="p/") == expected


def test_command_prints_the_variables(postgres: Postgres, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "portal.roles", postgres.dsn, "--base", "autre"],
        cwd=ROOT,
        env={**os.environ, "PORTAL_DATA": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )

    names = [line.partition("=")[0] for line in done.stdout.splitlines()]
    assert names == ["DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_BACKUP_URL"]
    for line in done.stdout.splitlines():
        psycopg.connect(line.partition("=")[2]).close()


def test_killed_postmaster_does_not_keep_its_successor_from_starting(tmp_path: Path) -> None:
    data = DataFolder(tmp_path)
    data.prepare()
    data.open_sockets()
    server = Postgres(data, durable=False)
    server.prepare()
    server.start()
    embedded.wait_ready(server)

    server.popen.kill()
    server.clear()
    server.start()

    try:
        embedded.wait_ready(server)
    finally:
        server.stop()


def test_valkey_is_private_and_durable(tmp_path: Path) -> None:
    data = DataFolder(tmp_path)
    data.prepare()
    data.open_sockets()
    server = Valkey(data)
    server.prepare()
    server.start()

    try:
        embedded.wait_ready(server)
        rights = server.socket.stat().st_mode & 0o777
    finally:
        server.stop()

    assert rights == 0o700
    assert (tmp_path / "valkey" / "appendonlydir").is_dir()


def test_secret_is_made_once_and_private(tmp_path: Path) -> None:
    data = DataFolder(tmp_path)
    data.prepare()

    first = data.secret("name")

    assert data.secret("name") == first
    assert (data.secrets / "name").stat().st_mode & 0o777 == 0o600
