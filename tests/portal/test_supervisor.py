"""The supervisor as a person meets it: started, hurt, stopped; nothing may stay behind."""

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.slow
FORGOTTEN = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "SECRET_KEY", "BASE_URL", "DEBUG", "PORT", "HOST")


class Portal:
    """One supervisor on a folder of its own."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.port = free_port()
        self.output = data.parent / "console.txt"
        self.process: subprocess.Popen[bytes] | None = None

    def launch(self, **variables: str) -> subprocess.Popen[bytes]:
        kept = {name: value for name, value in os.environ.items() if name not in FORGOTTEN}
        own = {"PORTAL_DATA": str(self.data), "PORT": str(self.port), "PORTAL_DEMO": "non"}
        with self.output.open("wb") as output:
            return subprocess.Popen(
                [sys.executable, "-m", "portal.supervisor"],
                cwd=ROOT,
                env={**kept, **own, **variables},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )

    def start(self) -> None:
        self.process = self.launch()
        self.wait_started()

    def wait_started(self) -> None:
        wait_until(lambda: "Ctrl-C" in self.console or self.process.poll() is not None, 60)
        assert "Ctrl-C" in self.console, self.console

    def refused(self, **variables: str) -> tuple[int, str]:
        """What a start that must fail says, and its exit code."""
        code = self.launch(**variables).wait(20)
        return code, self.console

    @property
    def console(self) -> str:
        return self.output.read_text()

    def end(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        return self.process.wait(40)

    def pid(self, name: str) -> int:
        try:
            return json.loads((self.data / "run" / f"{name}.json").read_text())["pid"]
        except (OSError, ValueError):
            return 0

    def answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        with contextlib.closing(connection), contextlib.suppress(OSError, http.client.HTTPException):
            connection.request("GET", "/sante/pret", headers={"Host": f"localhost:{self.port}"})
            return connection.getresponse().status == 200
        return False

    def processes(self) -> list[str]:
        """Every process that works for this folder, by its environment, arguments or working folder."""
        found = []
        mark = str(self.data).encode()
        for entry in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                traces = (entry / "environ").read_bytes() + (entry / "cmdline").read_bytes()
                if mark in traces + os.fsencode((entry / "cwd").readlink()):
                    found.append(f"{entry.name} {(entry / 'cmdline').read_bytes()!r}")
        return found

    def sockets(self) -> list[Path]:
        return [path for path in self.data.rglob("*") if path.is_socket()]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(condition: Callable[[], object], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.1)


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """Running; a test that stops it starts it again."""
    portal = Portal(tmp_path_factory.mktemp("portail") / "data")
    portal.start()
    yield portal
    if portal.process.poll() is None:
        portal.end(signal.SIGTERM)
    assert portal.processes() == []


def test_console_tells_the_address(portal: Portal) -> None:
    assert f"http://localhost:{portal.port}" in portal.console


def test_data_folder_and_secrets_are_closed_to_others(portal: Portal) -> None:
    readable = [path for path in portal.data.rglob("*") if path.is_file() and path.stat().st_mode & 0o077]

    assert readable == []
    assert portal.data.stat().st_mode & 0o777 == 0o700


def test_no_secret_is_shown_by_ps(portal: Portal) -> None:
    secrets = [path.read_text().strip() for path in (portal.data / "secrets").iterdir()]
    shown = b"".join(path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if path.is_file())

    assert [secret for secret in secrets if secret.encode() in shown] == []


def test_second_start_on_the_same_folder_is_refused(portal: Portal) -> None:
    other = Portal(portal.data)
    other.output = portal.data.parent / "second.txt"

    code, console = other.refused()

    assert code == 1
    holder = f"http://localhost:{portal.port} (processus {portal.process.pid})"
    assert console == f"Le portail tourne déjà sur {portal.data} : {holder}.\n"


@pytest.mark.parametrize("name", ["web", "worker", "beat", "valkey", "postgres"])
def test_killed_service_is_started_again(portal: Portal, name: str) -> None:
    killed = portal.pid(name)

    os.kill(killed, signal.SIGKILL)
    wait_until(lambda: portal.pid(name) not in {0, killed} and portal.answers(), 20)

    assert portal.pid(name) not in {0, killed}
    assert portal.answers()
    assert f"« {name} » s’est arrêté (code 9) ; il est relancé." in portal.console


def test_killed_supervisor_leaves_nothing_and_the_next_start_is_clean(portal: Portal) -> None:
    portal.end(signal.SIGKILL)
    wait_until(lambda: not portal.processes(), 15)
    left = portal.processes()

    portal.start()

    assert left == []
    assert portal.answers()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP, signal.SIGTERM])
def test_signal_stops_everything(portal: Portal, number: signal.Signals) -> None:
    if portal.process.poll() is not None:
        portal.start()

    code = portal.end(number)

    assert code == 0
    assert portal.processes() == []
    assert portal.sockets() == []
    assert not (portal.data / "environnement").exists()


def test_two_signals_hurry(portal: Portal) -> None:
    portal.start()
    web = portal.pid("web")
    os.kill(web, signal.SIGSTOP)  # would take the thirty seconds it is given

    portal.process.send_signal(signal.SIGTERM)
    wait_until(lambda: "Arrêt" in portal.console, 5)
    code = portal.end(signal.SIGTERM)

    assert code == 0
    assert portal.processes() == []


def test_stop_during_the_start_leaves_nothing(portal: Portal) -> None:
    portal.process = portal.launch()
    wait_until(lambda: portal.pid("postgres"), 10)

    code = portal.end(signal.SIGTERM)

    assert code == 0
    assert portal.processes() == []


def test_server_that_survived_a_killed_supervisor_is_ended_by_the_next(portal: Portal) -> None:
    """As where the kernel does not tell children of their parent's death."""
    portal.start()
    stopped = [portal.pid(name) for name in ("postgres", "valkey", "web")]
    for pid in stopped:
        os.kill(pid, signal.SIGSTOP)  # a stopped process does not act on the signal of its parent's death
    portal.end(signal.SIGKILL)

    portal.process = portal.launch()
    time.sleep(1)
    for pid in stopped:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)
    portal.wait_started()

    assert portal.answers()
    assert not [pid for pid in stopped if Path(f"/proc/{pid}").exists()]
    assert portal.end(signal.SIGTERM) == 0


def test_record_of_a_reused_pid_kills_no_stranger(portal: Portal) -> None:
    with subprocess.Popen(["sleep", "60"]) as stranger:
        record = portal.data / "run" / "web.json"
        record.write_text(json.dumps({"pid": stranger.pid, "born": "another life"}))
        lock = portal.data / "postgres" / "data" / "postmaster.pid"
        lock.write_text(f"{stranger.pid}\n{lock.parent}\n")

        portal.start()
        alive = stranger.poll() is None
        stranger.kill()

    assert alive
    assert portal.end(signal.SIGTERM) == 0


@pytest.fixture
def idle(tmp_path: Path) -> Portal:
    """Never started."""
    return Portal(tmp_path / "data")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "abc"),
        ("PORT", "70000"),
        ("WEB_WORKERS", "0"),
        ("WEB_THREADS", "beaucoup"),
        ("WORKER_CONCURRENCY", "-1"),
        ("DEBUG", "peut-être"),
        ("PORTAL_DEMO", "bof"),
        ("BASE_URL", "portail.example.fr"),
        ("REDIS_URL", "quelque part"),
        ("DATABASE_OWNER_URL", "postgres://portal_owner@/portal"),
    ],
)
def test_wrong_value_stops_at_once_with_one_sentence_naming_it(idle: Portal, name: str, value: str) -> None:
    code, console = idle.refused(**{name: value})

    assert code == 2
    assert name in console
    assert len(console.splitlines()) == 1
    assert not (idle.data / "postgres").exists()  # nothing slow had begun


def test_database_without_its_owner_tells_how_to_make_both(idle: Portal) -> None:
    code, console = idle.refused(DATABASE_URL="postgres://portal_app:x@db.example.fr/portal")

    assert code == 2
    assert "DATABASE_OWNER_URL" in console
    assert "python -m portal.roles" in console


def test_wrong_database_address_names_the_variable(idle: Portal) -> None:
    code, console = idle.refused(DATABASE_URL="mysql://portal_app:x@db/portal", DATABASE_OWNER_URL="postgres://o@/p")

    assert code == 2
    assert "DATABASE_URL" in console
    assert len(console.splitlines()) == 1


def test_database_that_does_not_answer_names_the_variable(idle: Portal) -> None:
    address = f"postgres://someone:x@127.0.0.1:{free_port()}/portal"

    code, console = idle.refused(DATABASE_URL=address, DATABASE_OWNER_URL=address)

    assert code == 1
    assert "DATABASE_URL" in console
    assert "Traceback" not in console


def test_port_in_use_is_told(idle: Portal) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", idle.port))
        holder.listen()

        code, console = idle.refused()

    assert code == 1
    assert f"Le port {idle.port} de 127.0.0.1 n’est pas libre" in console
    assert len(console.splitlines()) == 1


def test_data_folder_that_cannot_be_made_is_told(idle: Portal) -> None:
    idle.data.write_text("a file")

    code, console = idle.refused()

    assert code == 1
    assert "PORTAL_DATA" in console
    assert len(console.splitlines()) == 1
