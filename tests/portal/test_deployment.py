"""The files that put the portal into service say what the code needs, and their commands run without Docker too."""

import contextlib
import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml
from django.db import connections

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if service.get("image") == "portail-reparateurs"}
EXAMPLE = set(re.findall(r"^#?([A-Z0-9_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))


def variables_of_the_code() -> set[str]:
    found = set()
    for name in ("settings", "runsettings"):
        text = (ROOT / "portal" / f"{name}.py").read_text()
        found |= set(re.findall(r"(?:env\.\w+|environ\.get|number)\((?:\s*environ,)?\s*\"([A-Z0-9_]+)\"", text))
    return found


def test_every_variable_is_in_the_example_and_in_the_readme():
    composed = set(re.findall(r"\$\{([A-Z0-9_]+)", (ROOT / "docker-compose.yml").read_text()))
    readme = (ROOT / "README.md").read_text()

    assert variables_of_the_code() | composed <= EXAMPLE
    assert {name for name in EXAMPLE if f"`{name}`" not in readme} == set()


def test_every_service_of_ours_runs_as_nobody_and_only_who_must_holds_the_owners_key():
    assert re.search(r"^USER 10001:10001$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert all(service["cap_drop"] == ["ALL"] and service["read_only"] for service in OURS.values())
    owners = {name for name, service in OURS.items() if "DATABASE_OWNER_URL" in service["environment"]}
    readers = {name for name, service in OURS.items() if "DATABASE_BACKUP_URL" in service["environment"]}
    assert (owners, readers) == ({"preparation", "outils"}, {"sauvegarde", "outils"})
    assert all(
        "@" not in str(value) or "${" in str(value) for one in OURS.values() for value in one["environment"].values()
    )
    assert {
        "base",
        "courtier",
        "courrier",
        "proxy",
        "web",
        "worker",
        "beat",
        "balayeur",
        "sauvegarde",
    } <= SERVICES.keys()
    assert all(re.search(r":v?\d", service["image"]) for name, service in SERVICES.items() if name not in OURS)


def test_the_proxy_and_the_portal_agree():
    nginx = (ROOT / "deploy" / "nginx.conf").read_text()
    prefix = OURS["web"]["environment"]["X_ACCEL_PREFIX"]

    assert re.search(rf"location {prefix} \{{\s*internal;\s*alias /donnees/files/;", nginx)
    assert "donnees:/donnees:ro" in SERVICES["proxy"]["volumes"]
    assert "proxy_request_buffering on" in nginx


def command_of(service: str, port: int) -> list[str]:
    """As in the file, with this Python's own programs; a loop of the shell is run once."""
    command = [str(word).replace("0.0.0.0:8000", f"127.0.0.1:{port}") for word in SERVICES[service]["command"]]
    if command[:2] == ["sh", "-c"]:
        command = re.search(r"do (python manage\.py [^;]+);", command[2])[1].split()
    if command[0] == "python":
        return [sys.executable, *command[1:]]
    return [sys.executable, "-m", *command]


def settings_of(service: str, tmp_path) -> dict[str, str]:
    """The service's own variables, their places taken by the servers of the tests."""
    given = {**os.environ, "SECRET_KEY": "essai" * 12, "PORTAL_APP_PASSWORD": "x"}
    found = {
        name: re.sub(r"\$\{(\w+)(?::[-?]([^}]*))?\}", lambda part: given.get(part[1]) or part[2] or "", str(value))
        for name, value in OURS[service]["environment"].items()
    }
    name = connections["default"].settings_dict["NAME"]
    found["DATABASE_URL"] = re.sub(r"/[^/?]+(\?|$)", rf"/{name}\1", os.environ["DATABASE_URL"], count=1)
    found |= {"REDIS_URL": os.environ["REDIS_URL"], "PORTAL_DATA": str(tmp_path), "EMAIL_URL": ""}
    kept = {"PATH", "HOME", "LANG", "LD_LIBRARY_PATH"} & os.environ.keys()
    return {name: os.environ[name] for name in kept} | found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(port: int) -> bool:
    try:
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
            connection.request("GET", "/sante/pret", headers={"Host": "localhost"})
            return connection.getresponse().status == 200
    except OSError:
        return False


@pytest.mark.slow
@pytest.mark.django_db
def test_its_commands_run_from_its_settings_and_stop_when_asked(tmp_path):
    port, running = free_port(), {}
    try:
        for name in ("web", "worker", "beat"):
            command = [
                str(tmp_path / "beat") if word.endswith("beat-schedule") else word for word in command_of(name, port)
            ]
            with (tmp_path / f"{name}.log").open("wb") as log:
                running[name] = subprocess.Popen(
                    command,
                    cwd=ROOT,
                    env=settings_of(name, tmp_path),
                    stdout=log,
                    stderr=log,
                    stdin=subprocess.DEVNULL,
                )
        once = subprocess.run(
            command_of("balayeur", port),
            cwd=ROOT,
            env=settings_of("balayeur", tmp_path),
            capture_output=True,
            check=False,
        )
        assert (once.returncode, "E-mails envoyés" in once.stdout.decode()) == (0, True), once.stderr
        until = time.monotonic() + 60
        while not answers(port) and time.monotonic() < until:
            time.sleep(0.3)
        assert answers(port), (tmp_path / "web.log").read_text()
        assert all(process.poll() is None for process in running.values())
    finally:
        for process in running.values():
            process.send_signal(signal.SIGTERM)
        codes = {name: process.wait(40) for name, process in running.items()}
    assert codes == {"web": 0, "worker": 0, "beat": 0}, [path.read_text() for path in tmp_path.glob("*.log")]
