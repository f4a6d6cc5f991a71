"""The processes the supervisor owns: started by `child.py`, recorded, logged within bounds, stopped by degrees."""

import contextlib
import importlib.util
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from portal.child import REFUSED
from portal.datafolder import DataFolder, StartError

CHILD = Path(__file__).with_name("child.py")
LOG_LIMIT = 10_000_000  # bytes of one log file; one older file of the same size is kept
Pause = Callable[[float], None]


@dataclass
class Process:
    """A program run under the supervisor, in a session of its own so that Ctrl-C reaches the supervisor alone."""

    name: str
    command: Sequence[str | Path]
    data: DataFolder
    env: Mapping[str, str] = field(default_factory=dict)
    stop_signal: signal.Signals = signal.SIGTERM
    last_signal: signal.Signals = signal.SIGKILL
    grace: float = 30  # seconds between the two
    account: str = ""
    paths: Sequence[Path] = ()
    folder: Path = Path("/")  # where it works
    popen: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        return self.data.log / f"{self.name}.log"

    @property
    def record(self) -> Path:
        return self.data.run / f"{self.name}.json"

    def start(self) -> None:
        order = {
            "parent": os.getpid(),
            "signal": int(self.stop_signal),
            "account": self.account,
            "paths": [str(path) for path in self.paths],
        }
        command = [
            sys.executable,
            "-I",
            str(CHILD),
            json.dumps(order),
            *map(str, self.command),
        ]
        trim(self.log)
        with self.log.open("ab") as log:
            self.popen = subprocess.Popen(  # noqa: S603 -- our own programs, no shell
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self.environment,
                cwd=self.folder,
            )
        self.record.write_text(json.dumps({"pid": self.popen.pid, "born": birth(self.popen.pid)}))

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, **self.env}

    @property
    def exit_code(self) -> int | None:
        """None while it runs; the process stays unreaped until `clear`, so that its pid cannot become a stranger's."""
        if self.popen is None:
            return 0
        ended = os.waitid(os.P_PID, self.popen.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        return ended.si_status if ended else None

    @property
    def running(self) -> bool:
        return self.exit_code is None

    def send(self, number: signal.Signals) -> None:
        if self.popen and self.running:
            with contextlib.suppress(ProcessLookupError):
                self.popen.send_signal(number)

    def ask(self) -> None:
        self.send(self.stop_signal)

    def finish(self, pause: Pause = time.sleep, hurried: Callable[[], bool] = lambda: False) -> None:
        """After `ask`: wait, insist, then clear what the program itself left in its group."""
        self._wait(self.grace, pause, hurried)
        self.send(self.last_signal)
        self._wait(5, pause)
        self.clear()

    def _wait(self, seconds: float, pause: Pause, hurried: Callable[[], bool] = lambda: False) -> None:
        deadline = time.monotonic() + seconds
        while self.running and time.monotonic() < deadline and not hurried():
            pause(0.05)

    def stop(self) -> None:
        self.ask()
        self.finish()

    def clear(self) -> None:
        """Kill the whole group: pool workers outlive a master that was killed."""
        if self.popen is None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.popen.pid, signal.SIGKILL)
        self.popen.wait()
        self.popen = None
        self.record.unlink(missing_ok=True)

    def tail(self, lines: int = 5) -> str:
        """The last lines of the log, for a message."""
        try:
            text = self.log.read_text(errors="replace")[-4000:]
        except OSError:
            return ""
        return "\n".join(text.splitlines()[-lines:])


def run_to_end(process: Process, pause: Pause = time.sleep) -> None:
    """Run a program that ends by itself; what it wrote explains a failure."""
    process.start()
    try:
        while process.running:
            pause(0.02)
        code = process.exit_code
    finally:
        process.stop()
    if code:
        raise StartError(explain(process, code))


def explain(process: Process, code: int) -> str:
    if code == REFUSED:
        return process.tail(1)
    return f"« {process.name} » a échoué (code {code}) ; fin de {process.log} :\n{process.tail()}"


def package_folder(name: str) -> Path:
    """Where a wheel's files lie, without running its Python code."""
    found = importlib.util.find_spec(name)
    if found is None or not found.origin:
        raise StartError(
            f"Le paquet {name} n’est pas installé : lancez script/server, ou donnez DATABASE_URL et REDIS_URL."
        )
    return Path(found.origin).parent


def birth(pid: int) -> str:
    """When a process was born (boot, clock ticks), or nothing: a pid alone may name a stranger."""
    try:
        ticks = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip() + " " + ticks
    except (OSError, IndexError):
        return ""


def leftovers(data: DataFolder) -> list[int]:
    """What an earlier supervisor of this folder started and that still runs."""
    pids = [int(entry.name) for entry in Path("/proc").glob("[0-9]*")]
    records = [known for path in data.run.glob("*.json") if (known := read_record(path))]
    return [pid for pid in pids if any(belongs(pid, known, data) for known in records) and not is_zombie(pid)]


def read_record(path: Path) -> tuple[int, str] | None:
    try:
        known = json.loads(path.read_text())
        return int(known["pid"]), str(known["born"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def belongs(pid: int, known: tuple[int, str], data: DataFolder) -> bool:
    """Is this the recorded process itself, or one of its session that works for this folder? Never a stranger."""
    leader, born = known
    if pid == leader:
        return bool(born) and birth(pid) == born
    try:
        session = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[3])
        environment = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except (OSError, IndexError):
        return False
    return session == leader and b"PORTAL_DATA=" + os.fsencode(data.path) in environment


def is_zombie(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in {
            "Z",
            "X",
        }
    except OSError:
        return True


def end(pids: Callable[[], list[int]], pause: Pause = time.sleep) -> None:
    """End what `pids` still finds: asked first, killed after ten seconds."""
    for number, patience in ((signal.SIGTERM, 10.0), (signal.SIGKILL, 5.0)):
        deadline = time.monotonic() + patience
        for pid in pids():
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, number)
        while pids() and time.monotonic() < deadline:
            pause(0.1)


def trim(log: Path, limit: int = LOG_LIMIT) -> None:
    """Keep a log bounded while its writer runs: copy it aside and truncate (the writer appends)."""
    with contextlib.suppress(OSError):
        if log.stat().st_size > limit:
            log.with_suffix(".log.1").write_bytes(log.read_bytes())
            os.truncate(log, 0)
