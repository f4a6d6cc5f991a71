"""What the supervisor itself reads from the environment, strictly; the site's own settings are checked in a child."""

import os
import socket
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import psycopg

from portal.datafolder import DataFolder, StartError

ROOT = Path(__file__).resolve().parent.parent
YES = {"1", "true", "yes", "on", "oui"}
CHECK = """
import sys
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
try:
    settings.DEBUG
except ImproperlyConfigured as problem:
    sys.exit(str(problem))
"""


@dataclass(frozen=True)
class RunSettings:
    data: Path
    host: str
    port: int
    base_url: str
    demo: str
    web_workers: int
    web_threads: int
    worker_concurrency: int
    given: Mapping[str, str]  # addresses of servers that are not ours to start

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> "RunSettings":
        port = number(environ, "PORT", 8000, high=65535)
        return cls(
            data=Path(environ.get("PORTAL_DATA") or ROOT / "var").expanduser().absolute(),
            host=environ.get("HOST") or "127.0.0.1",
            port=port,
            base_url=(environ.get("BASE_URL") or f"http://localhost:{port}").rstrip("/"),
            demo=environ.get("PORTAL_DEMO") or "true",
            web_workers=number(environ, "WEB_WORKERS", 2, high=64),
            web_threads=number(environ, "WEB_THREADS", 4, high=64),
            worker_concurrency=number(environ, "WORKER_CONCURRENCY", 3, high=64),
            given=given_servers(environ),
        )

    @property
    def with_demo(self) -> bool:
        return self.demo.strip().lower() in YES

    def variables(self, data: DataFolder) -> dict[str, str]:
        """What every child reads; the addresses of our own servers are added once they run."""
        return {
            **self.given,
            "PORTAL_DATA": str(self.data),
            "PORTAL_DEMO": self.demo,
            "SECRET_KEY": os.environ.get("SECRET_KEY") or data.secret("secret_key"),
            "HOST": self.host,
            "PORT": str(self.port),
            "BASE_URL": self.base_url,
        }

    def check_port(self) -> None:
        """Tell now what the web server could only tell in its log."""
        try:
            family, kind, _, _, place = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)[0]
            with socket.socket(family, kind) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(place)
        except socket.gaierror as problem:
            raise StartError(
                f"La variable HOST vaut « {self.host} » : ce n’est pas une adresse d’ici.",
                2,
            ) from problem
        except OSError as problem:
            raise StartError(
                f"Le port {self.port} de {self.host} n’est pas libre ({problem.strerror}) : "
                f"choisissez-en un autre, par exemple PORT={min(self.port + 1, 65535)} script/server",
            ) from problem


def number(environ: Mapping[str, str], name: str, default: int, *, high: int) -> int:
    value = environ.get(name, "").strip() or str(default)
    if not (value.isascii() and value.isdigit() and 1 <= int(value) <= high):
        raise StartError(f"La variable {name} vaut « {value} » : écrivez un nombre entier entre 1 et {high}.", 2)
    return int(value)


def given_servers(environ: Mapping[str, str]) -> dict[str, str]:
    names = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL")
    given = {name: value for name in names if (value := environ.get(name, "").strip())}
    for present, missing in (names[:2], names[1::-1]):
        if present in given and missing not in given:
            raise StartError(
                f"La variable {missing} manque à côté de {present} : "
                "« python -m portal.roles ADRESSE_ADMINISTRATEUR » crée les deux rôles et affiche les deux variables.",
                2,
            )
    return given


def check_settings(variables: Mapping[str, str]) -> None:
    """Load the site's settings in a child, as the supervisor must not hold Django."""
    done = subprocess.run(  # noqa: S603 -- our own interpreter and text
        [sys.executable, "-c", CHECK],
        env={**os.environ, **variables, "DJANGO_SETTINGS_MODULE": "portal.settings"},
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise StartError("\n".join(done.stderr.strip().splitlines()[-5:]), 2)


def check_connection(variables: Mapping[str, str]) -> None:
    """A server of someone else's may be away: say which address."""
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL"):
        try:
            psycopg.connect(variables[name], connect_timeout=5).close()
        except psycopg.Error as problem:
            raise StartError(f"La base de la variable {name} ne répond pas : {problem}") from problem
