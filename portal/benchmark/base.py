"""The benchmark's own database and folder, and the portal's programs pointed at them."""

import os
import socket
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from django.conf import settings
from psycopg import sql

from portal.datafolder import DataFolder, StartError
from portal.processes import Process, run_to_end
from portal.roles import APP
from portal.runsettings import RunSettings
from portal.services import program, web

SIZES = {"10k": 10_000, "100k": 100_000, "1M": 1_000_000, "10M": 10_000_000}


class Bench:
    """One size: its database `<base>_mesure_<size>`, its folder, the variables its programs read."""

    def __init__(self, size: str) -> None:
        self.size = size
        self.dossiers = SIZES[size]
        self.name = f"{urlsplit(os.environ['DATABASE_OWNER_URL']).path.strip('/')}_mesure_{size.lower()}"
        self.data = DataFolder(Path(settings.DATA_DIR) / "mesure" / size)
        self.data.prepare()
        self.run = RunSettings.read({**os.environ, **self.variables(free_port())})

    def variables(self, port: int) -> dict[str, str]:
        return {
            "DATABASE_URL": self._there(os.environ["DATABASE_URL"]),
            "DATABASE_OWNER_URL": self._there(os.environ["DATABASE_OWNER_URL"]),
            "REDIS_URL": settings.REDIS_URL,
            "PORTAL_DATA": str(self.data.path),
            "PORTAL_DEMO": "false",
            "STAFF_SECOND_FACTOR": "non",  # a program signs in
            "SECRET_KEY": str(settings.SECRET_KEY),
            "HOST": "127.0.0.1",
            "PORT": str(port),
            "BASE_URL": f"http://localhost:{port}",
            "DEBUG": "",
        }

    def _there(self, address: str) -> str:
        return urlunsplit(urlsplit(address)._replace(path=f"/{self.name}"))

    def owner(self) -> "psycopg.Connection[tuple[object, ...]]":
        """The owner's connection to the benchmark's base; it sets its own scope."""
        return psycopg.connect(self._there(os.environ["DATABASE_OWNER_URL"]), autocommit=True)

    def make(self) -> None:
        """The base and its tables; what is there already is kept."""
        with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as owner:
            if not owner.execute("SELECT 1 FROM pg_database WHERE datname = %s", [self.name]).fetchone():
                try:
                    owner.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(self.name)))
                except psycopg.errors.InsufficientPrivilege as problem:
                    message = (
                        f"Le rôle propriétaire ne peut pas créer de base : lancez d’abord "
                        f"« python -m portal.roles ADRESSE_ADMINISTRATEUR --base {self.name} »."
                    )
                    raise StartError(message) from problem
        with self.owner() as owner:
            owner.execute(
                sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}").format(*map(sql.Identifier, (self.name, APP)))
            )
        self.step("tables", "manage.py", "migrate", "--verbosity", "0")
        self.step("fichiers", "manage.py", "collectstatic", "--noinput", "--verbosity", "0")

    def drop(self) -> None:
        with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as owner:
            owner.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(self.name)))

    def step(self, name: str, *arguments: str, **more: str) -> str:
        """Run a program of the portal to its end on the benchmark's base; what it printed last."""
        child = program(name, self.data, self.environment(**more), *arguments)
        child.log.unlink(missing_ok=True)
        run_to_end(child)
        return child.log.read_text()

    def environment(self, **more: str) -> Mapping[str, str]:
        return {**self.variables(self.run.port), **more}

    def server(self) -> Process:
        """The production server, as the supervisor runs it."""
        return web(self.data, self.environment(), self.run)

    def yardstick(self, application: str, **more: str) -> tuple[Process, int]:
        """The same server with another program, on a port of its own."""
        run = replace(self.run, port=free_port())
        process = web(self.data, self.environment(), run)
        process.name = f"etalon-{run.port}"
        process.command = [application if part == "portal.wsgi" else part for part in process.command]
        process.env = {**process.env, **more}
        return process, run.port


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
