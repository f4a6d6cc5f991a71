"""What is restarted, how fast, and what the console shows."""

import json
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal import processes
from portal.datafolder import DataFolder
from portal.keeper import Kept
from portal.processes import Process
from portal.runsettings import RunSettings
from portal.welcome import demo_logins, table


@pytest.fixture
def data(tmp_path: Path) -> DataFolder:
    data = DataFolder(tmp_path)
    data.prepare()
    return data


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def mortal(data: DataFolder, said: list[str]) -> Iterator[Kept]:
    """A program that ends at once."""
    kept = Kept(Process("mortel", [sys.executable, "-c", "raise SystemExit(3)"], data), said.append)
    kept.process.start()
    yield kept
    kept.process.stop()


def die(kept: Kept) -> None:
    while kept.process.running:
        time.sleep(0.01)


def test_first_deaths_are_followed_by_quick_restarts(mortal: Kept, said: list[str]) -> None:
    die(mortal)

    mortal.tend()
    wait = mortal.due - time.monotonic()

    assert said == ["« mortel » s’est arrêté (code 3) ; il est relancé."]
    assert wait < 1


def test_fifth_death_in_a_minute_is_told_loudly_and_waits(mortal: Kept, said: list[str]) -> None:
    for _ in range(5):
        die(mortal)
        mortal.tend()
        wait = mortal.due - time.monotonic()
        mortal.due = 0.0
        mortal.tend()

    assert said[-1].startswith("ATTENTION : « mortel » est mort 5 fois en une minute ; nouvel essai dans 30 s.")
    assert 25 < wait <= 30


def test_log_is_bounded_while_its_writer_runs(tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    with log.open("ab") as writer:
        writer.write(b"x" * 100)
        writer.flush()

        processes.trim(log, limit=50)
        writer.write(b"y")

    assert log.read_bytes() == b"y"
    assert (tmp_path / "web.log.1").read_bytes() == b"x" * 100


def test_program_that_ignores_the_polite_signal_is_killed(data: DataFolder) -> None:
    command = [
        sys.executable,
        "-c",
        "import signal, time; signal.signal(15, signal.SIG_IGN); print(1, flush=True); time.sleep(60)",
    ]
    stubborn = Process("tetu", command, data, grace=0.1)
    stubborn.start()
    while not stubborn.log.stat().st_size:
        time.sleep(0.01)

    stubborn.send(signal.SIGTERM)
    stubborn.finish()

    assert not stubborn.record.exists()
    assert stubborn.popen is None


def test_demo_address_follows_the_port(data: DataFolder) -> None:
    path = data.path / "demo.json"
    path.write_text(json.dumps({"url": "http://localhost:8000", "logins": [{"email": "a@example.fr"}]}))
    settings = RunSettings.read({"PORT": "8001", "PORTAL_DATA": str(data.path)})

    logins = demo_logins(settings, data)

    assert logins == [{"email": "a@example.fr"}]
    assert json.loads(path.read_text())["url"] == "http://localhost:8001"
    assert path.stat().st_mode & 0o777 == 0o600


def test_table_lines_up() -> None:
    login = {"role": "expert", "email": "e@x.fr", "password": "secret", "cabinet": "ATMOS"}

    assert table([login]) == [
        "  Rôle    Pour   Courriel  Mot de passe",
        "  ──────  ─────  ────────  ────────────",
        "  expert  ATMOS  e@x.fr    secret",
    ]
