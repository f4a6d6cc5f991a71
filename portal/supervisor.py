"""What `script/server` runs: one process that owns the database, the broker, the site and its workers.

Whatever way it ends, kill -9 included, nothing it started outlives it, and the next start finds a clean place.
"""

import contextlib
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Mapping
from types import FrameType

from portal import embedded
from portal.datafolder import DataFolder, StartError, write_private
from portal.keeper import Kept
from portal.postgres import Postgres
from portal.processes import Process, run_to_end
from portal.runsettings import RunSettings, check_connection, check_settings
from portal.services import beat, preparation, web, worker
from portal.valkey import Valkey
from portal.welcome import answers, welcome

READY_WITHIN = 90.0  # seconds for the site to answer once everything is started


class Signals:
    """Signals seen only where the supervisor pauses, so that no child is ever half started."""

    def __init__(self) -> None:
        self.asked = 0
        self.stopping = False
        self._reader, writer = socket.socketpair()
        for end in (self._reader, writer):
            end.setblocking(False)
        signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
        self._writer = writer  # kept open
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # nohup
                signal.signal(number, self._stop)
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)  # only to wake up

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self.asked += 1

    def pause(self, seconds: float) -> None:
        """Sleep at most `seconds`, less when a child ends; a request to stop comes out here."""
        if self.asked and not self.stopping:
            raise KeyboardInterrupt
        if select.select([self._reader], [], [], seconds)[0]:
            with contextlib.suppress(BlockingIOError):
                self._reader.recv(4096)
        if self.asked and not self.stopping:
            raise KeyboardInterrupt

    def hurried(self) -> bool:
        """Asked twice."""
        return self.asked > 1


class Supervisor:
    def __init__(self, settings: RunSettings, data: DataFolder, signals: Signals) -> None:
        self.settings = settings
        self.data = data
        self.signals = signals
        self.variables: dict[str, str] = settings.variables(data)
        self.kept: list[Kept] = []  # in the order of their start
        self.told = time.monotonic()

    def run(self) -> int:
        try:
            self.boot()
            while True:
                self.tend()
                self.signals.pause(1)
        except KeyboardInterrupt:
            return 0
        except StartError as problem:
            say(str(problem))
            return problem.code
        finally:
            self.stop()

    def boot(self) -> None:
        """Fast checks first: a wrong value must not cost anybody a minute. A leftover may still hold the port."""
        embedded.sweep(self.data, self.signals.pause)
        self.settings.check_port()
        check_settings({**self.planned_addresses(), **self.variables})
        self.data.open_sockets()
        self.start_servers()
        check_connection(self.variables)
        self.leave_environment()
        say("Préparation de la base et des fichiers…")
        run_to_end(preparation(self.data, self.variables), self.signals.pause)
        self.keep(web(self.data, self.variables, self.settings))
        self.wait_ready()
        self.keep(worker(self.data, self.variables, self.settings))
        self.keep(beat(self.data, self.variables))
        say(welcome(self.settings, self.data))

    def planned_addresses(self) -> dict[str, str]:
        """Addresses that parse, for the check of the settings before any server runs."""
        return {
            "DATABASE_URL": "postgres://role@/portal",
            "DATABASE_OWNER_URL": "postgres://role@/portal",
            "REDIS_URL": "unix:///valkey.sock?db=0",
        }

    def start_servers(self) -> None:
        pause = self.signals.pause
        valkey = postgres = None
        if "REDIS_URL" not in self.variables:
            valkey = Valkey(self.data)
            valkey.prepare()
            self.keep(valkey)
            self.variables["REDIS_URL"] = valkey.url
        if "DATABASE_URL" not in self.variables:
            postgres = Postgres(self.data)
            if not postgres.exists:
                say("Création de la base de données…")
            postgres.prepare(pause)
            self.keep(postgres)
            embedded.wait_ready(postgres, pause)
            self.variables |= embedded.put_roles(postgres)
        if valkey:
            embedded.wait_ready(valkey, pause)

    def keep(self, process: Process) -> None:
        self.kept.append(Kept(process, say))
        process.start()

    def leave_environment(self) -> None:
        """So that `manage.py` in another terminal finds this run; what its caller sets still wins."""
        made = {name: value for name, value in self.variables.items() if not os.environ.get(name)}
        write_private(
            self.data.environment,
            "".join(f"{name}={value}\n" for name, value in made.items()),
        )

    def wait_ready(self) -> None:
        deadline = time.monotonic() + READY_WITHIN
        while not answers(self.settings):
            if time.monotonic() > deadline:
                say(f"Le site ne répond pas encore ; voyez {self.data.log}")
                return
            self.tend()
            self.signals.pause(0.1)

    def tend(self) -> None:
        for kept in self.kept:
            kept.tend()
        if os.getpid() == 1:
            self.reap_strangers()

    def reap_strangers(self) -> None:
        """As first process of a container, orphans come to us."""
        own = {kept.process.popen.pid for kept in self.kept if kept.process.popen}
        with contextlib.suppress(ChildProcessError):
            while (ended := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)) and ended.si_pid not in own:
                os.waitpid(ended.si_pid, 0)

    def stop(self) -> None:
        """The site and its workers finish what they do, then the broker, then the database."""
        self.signals.stopping = True
        if self.kept:
            say("Arrêt…")
        servers = [kept.process for kept in self.kept if kept.process.name in {"valkey", "postgres"}]
        services = [kept.process for kept in self.kept if kept.process not in servers]
        for group in (services, servers):
            for process in group:
                process.ask()
            for process in group:
                process.finish(self.signals.pause, self.signals.hurried)
        self.data.environment.unlink(missing_ok=True)
        self.data.close_sockets()


def say(text: str) -> None:
    """The console may be gone: that must not stop the portal."""
    with contextlib.suppress(OSError):
        sys.stdout.write(text + "\n")
        sys.stdout.flush()


def main(environ: Mapping[str, str] = os.environ) -> int:
    os.umask(0o077)
    signals = Signals()
    try:
        settings = RunSettings.read(environ)
        data = DataFolder(settings.data)
        data.prepare()
        with data.locked(settings.base_url):
            return Supervisor(settings, data, signals).run()
    except StartError as problem:
        say(str(problem))
        return problem.code
    except OSError as problem:
        say(f"Le dossier PORTAL_DATA ({problem.filename}) ne peut pas servir : {problem.strerror}.")
        return 1


if __name__ == "__main__":
    sys.exit(main())
