"""Every check of the project, fast first, all of them even when one fails; with arguments, pytest alone.

Servers: its own, thrown away afterwards, unless DATABASE_URL or REDIS_URL name others.
"""

import contextlib
import os
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from portal import embedded, roles  # noqa: E402 -- the project is no installed package
from portal.datafolder import StartError  # noqa: E402 -- same

APPS = ["portal", "accounts", "claims", "messaging", "tariffs"]
PRODUCTION = {
    "SECRET_KEY": secrets.token_urlsafe(60),
    "BASE_URL": "https://portail.example.fr",
    "ALLOWED_HOSTS": "portail.example.fr",
    "PORTAL_DEMO": "non",
    "DEBUG": "non",
}
TEST_DATABASE = "portal_essais"
# Whichever core is done first takes of the other's; a slow test is told, so that it does not stay.
BOTH_CORES = ("-n", "2", "--dist", "worksteal", "--durations=40", "--durations-min=3")


@dataclass
class Check:
    name: str
    command: list[str | Path]
    extra: dict[str, str] = field(default_factory=dict)


def module(*arguments: str | Path) -> list[str | Path]:
    """By module, as the scripts of a virtual environment name the folder it was made in."""
    return [sys.executable, "-m", *arguments]


def checks() -> list[Check]:
    templates = sorted((ROOT / "templates").rglob("*.html"))
    manage = [sys.executable, "manage.py"]
    return [
        Check("ruff format", module("ruff", "format", "--check", ".")),
        Check("ruff", module("ruff", "check", ".")),
        Check("djade", [Path(sys.executable).with_name("djade"), "--check", "--target-version", "5.2", *templates]),
        Check("djlint", module("djlint", "--lint", "--quiet", "templates")),
        Check("import-linter", [sys.executable, "-c", "from importlinter.cli import lint_imports_command as m; m()"]),
        Check("deptry", module("deptry", ".")),
        Check("mypy", module("mypy", *APPS)),
        Check("makemigrations", [*manage, "makemigrations", "--check", "--dry-run"]),
        Check("check --deploy", [*manage, "check", "--deploy", "--fail-level", "WARNING"], PRODUCTION),
    ]


def main(arguments: Sequence[str]) -> int:
    with servers() as variables:
        environment = {"SECRET_KEY": secrets.token_urlsafe(60), **os.environ, **variables}
        environment["PYTHONPATH"] = str(ROOT)
        if arguments:
            return run_pytest(arguments, environment)
        failed = run_checks(environment)
        browser = [] if has_browser() else ["--ignore=tests/browser"]
        if browser:
            failed += missing_browser()
        summary(failed)
        code = run_pytest([*BOTH_CORES, *browser], environment)
        return code or bool(failed)


@contextlib.contextmanager
def servers() -> Iterator[dict[str, str]]:
    """DATABASE_URL alone may be an administrator's: the roles are made there; both addresses are used as they are."""
    admin = os.environ.get("DATABASE_URL") or ""
    whole = bool(admin and os.environ.get("DATABASE_OWNER_URL"))
    with embedded.throwaway_servers(database=not admin, broker=not os.environ.get("REDIS_URL")) as own:
        yield own if whole or not admin else {**own, **provision(admin)}


def provision(admin: str) -> dict[str, str]:
    """The roles belong to a whole server: one that serves a portal must not have its passwords changed."""
    owned = roles.owned_databases(admin)
    theirs = {name for name in owned if not name.removeprefix("test_").startswith(TEST_DATABASE)}
    if theirs:
        raise StartError(
            f"Le serveur de DATABASE_URL sert déjà la base {min(theirs)} : "
            "donnez aussi DATABASE_OWNER_URL, ou un autre serveur."
        )
    owner, app = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    passwords = {"owner_password": owner, "app_password": app, "backup_password": secrets.token_urlsafe(24)}
    if not roles.provision(admin, database=TEST_DATABASE, for_tests=True, **passwords):
        passwords["backup_password"] = ""
    return roles.addresses(admin, database=TEST_DATABASE, **passwords)


def run_checks(environment: dict[str, str]) -> list[str]:
    """Two at a time; told in order, the output of those that fail in full."""
    failed = []
    with ThreadPoolExecutor(max_workers=2) as pool:
        for check, running in [(check, pool.submit(run, check, environment)) for check in checks()]:
            if not told(check, running):
                failed.append(check.name)
    return failed


def run(check: Check, environment: dict[str, str]) -> tuple[int, str, float]:
    started = time.monotonic()
    done = subprocess.run(  # noqa: S603 -- the project's own tools
        check.command,
        cwd=ROOT,
        env={**environment, **check.extra},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout, time.monotonic() - started


def told(check: Check, running: Future[tuple[int, str, float]]) -> bool:
    code, output, seconds = running.result()
    say(f"{'échec ' if code else 'bon   '} {check.name} ({seconds:.1f} s)")
    if code:
        say(output)
    return code == 0


def has_browser() -> bool:
    return bool(shutil.which("chromium") or shutil.which("chromium-browser"))


def missing_browser() -> list[str]:
    """On the integration machine a browser that is missing is a failure, elsewhere it is told."""
    say("Chromium est absent : les tests de navigateur ne sont pas exécutés.")
    return ["navigateur"] if os.environ.get("CI") else []


def summary(failed: list[str]) -> None:
    say(f"Vérifications en échec : {', '.join(failed)}." if failed else "Toutes les vérifications sont bonnes.")


def run_pytest(arguments: Sequence[str], environment: dict[str, str]) -> int:
    """Last, so that its closing line is the last one."""
    return subprocess.run(module("pytest", *arguments), cwd=ROOT, env=environment, check=False).returncode  # noqa: S603


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except StartError as problem:
        say(str(problem))
        sys.exit(problem.code)
