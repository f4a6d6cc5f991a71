"""The programs of the portal itself, with their arguments: preparation, web, worker, beat."""

import sys
from collections.abc import Mapping
from pathlib import Path

from portal.datafolder import DataFolder
from portal.processes import Process
from portal.runsettings import ROOT, RunSettings

PYTHON = {"PYTHONUNBUFFERED": "1", "DJANGO_SETTINGS_MODULE": "portal.settings"}


def program(name: str, data: DataFolder, variables: Mapping[str, str], *arguments: str | Path) -> Process:
    return Process(
        name=name,
        command=[sys.executable, *arguments],
        data=data,
        env={**variables, **PYTHON},
        folder=ROOT,
    )


def service(name: str, data: DataFolder, variables: Mapping[str, str], *arguments: str | Path) -> Process:
    """A program that runs for long, without the keys of the owner and of the backup: it needs neither."""
    return program(name, data, {**variables, "DATABASE_OWNER_URL": "", "DATABASE_BACKUP_URL": ""}, *arguments)


def preparation(data: DataFolder, variables: Mapping[str, str]) -> Process:
    """Tables, static files and demonstration network, in one process: loading Django takes longer than the work."""
    return program("preparation", data, variables, "manage.py", "preparer")


def web(data: DataFolder, variables: Mapping[str, str], settings: RunSettings) -> Process:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return service(
        "web",
        data,
        variables,
        *("-m", "gunicorn", "portal.wsgi"),
        *("--bind", f"{host}:{settings.port}"),
        *("--workers", str(settings.web_workers)),
        *("--worker-class", "gthread", "--threads", str(settings.web_threads)),
        *("--preload", "--timeout", "60", "--graceful-timeout", "30"),
        *("--no-control-socket", "--log-level", "warning"),  # the control socket would lie in the account's home
    )


def worker(data: DataFolder, variables: Mapping[str, str], settings: RunSettings) -> Process:
    return service(
        "worker",
        data,
        variables,
        *("-m", "celery", "-A", "portal", "worker"),
        *("--concurrency", str(settings.worker_concurrency)),
        *("--without-gossip", "--without-mingle", "--without-heartbeat", "-O", "fair"),
        *("--loglevel", "WARNING"),
    )


def beat(data: DataFolder, variables: Mapping[str, str]) -> Process:
    return service(
        "beat",
        data,
        variables,
        *("-m", "celery", "-A", "portal", "beat"),
        *("--schedule", data.run / "beat-schedule", "--pidfile", "", "--loglevel", "WARNING"),
    )
