"""Kills everything that mails depend on, again and again, then counts: committed facts, notifications, mails.

    python -m tests.load.chaos_mail --evenements 3000

It starts a PostgreSQL, a Valkey, a mail server, web processes, senders and a Celery worker of its own in a temporary
folder, all on this machine and on loopback only; it kills those alone, each by its own identifier (SIGKILL): web
processes, senders, the worker, Valkey, sessions of PostgreSQL and its postmaster. The mail server refuses, delays,
hangs up and forgets to answer. One transaction in ten is rolled back on purpose. It ends with code 0 when nothing was
lost, nothing was sent of what was undone, and what was sent twice carried the same Message-ID.
"""

import argparse
import collections
import contextlib
import logging
import multiprocessing
import os
import random
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from portal.datafolder import DataFolder
from portal.embedded import put_roles, wait_ready
from portal.postgres import Postgres
from portal.valkey import Valkey
from tests.load import chaos_parts as parts

ROOT = Path(__file__).resolve().parents[2]
DOSSIERS, PEOPLE = 100, 400
# Seconds between two kills of each, on average.
EVERY = {
    "web": 1.5,
    "sender": 1.0,
    "valkey": 12.0,
    "session": 35.0,
    "postmaster": 55.0,
    "worker": 60.0,
    "refuse": 70.0,
}
WEB, SENDERS = 4, 3
fork = multiprocessing.get_context("fork")


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


class Chaos:
    """Everything that runs, who is next to be killed, and how often each was."""

    def __init__(self, folder: Path, wanted: int, seconds: float) -> None:
        self.folder, self.wanted, self.seconds = folder, wanted, seconds
        self.data = DataFolder(folder / "portail")
        self.kills: collections.Counter[str] = collections.Counter()
        self.state = {"refuse": fork.Event(), "troubles": fork.Event()}
        self.stop = fork.Event()
        self.children: dict[str, multiprocessing.process.BaseProcess] = {}
        self.worker: subprocess.Popen[bytes] | None = None
        self.lives = 100
        self.hastened = 0
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]

    # Servers

    def start_servers(self) -> None:
        self.data.path.mkdir(mode=0o711)
        self.data.prepare()
        self.data.open_sockets()
        self.postgres, self.valkey = Postgres(self.data), Valkey(self.data)
        for server in (self.postgres, self.valkey):
            server.prepare()
            server.start()
            wait_ready(server)
        variables = put_roles(self.postgres) | {
            "REDIS_URL": self.valkey.url,
            "PORTAL_DATA": str(self.data.path),
            "SECRET_KEY": secrets.token_hex(32),
            "EMAIL_URL": f"smtp://127.0.0.1:{self.port}",
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "LOG_LEVEL": "ERROR",
            "PORTAL_DEMO": "non",
            "BASE_URL": "http://localhost:8000",
        }
        os.environ.update(variables)
        subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, check=True)

    def again(self, server: Postgres | Valkey) -> None:
        server.clear()
        server.start()
        wait_ready(server)

    # Processes of the portal

    def tend(self) -> None:
        """Start anew whatever has ended, as a supervisor does."""
        for name, child in list(self.children.items()):
            if not child.is_alive():
                child.join()
                self.begin(name)
        if self.worker is None or self.worker.poll() is not None:
            command = ["-m", "celery", "-A", "portal", "worker", "-P", "solo", "--loglevel", "CRITICAL"]
            with (self.folder / "worker.log").open("ab") as log:
                quiet = [*command, "--without-gossip", "--without-mingle", "--without-heartbeat"]
                self.worker = subprocess.Popen([sys.executable, *quiet], cwd=ROOT, stdout=log, stderr=log)

    def begin(self, name: str) -> None:
        self.lives += 1
        web = (self.lives, self.folder, self.cast, self.pace, self.stop)
        act, arguments = {
            "web": (parts.write, web),
            "sender": (parts.sweep, (self.lives,)),
            "sink": (parts.serve, (self.port, self.state, self.folder)),
        }[name.partition("-")[0]]
        self.children[name] = fork.Process(target=_quiet, args=(self.folder, act, arguments), daemon=True)
        self.children[name].start()

    # Kills

    def kill(self, kind: str) -> None:
        match kind:
            case "web" | "sender":
                name = random.choice([name for name in self.children if name.startswith(kind)])
                with contextlib.suppress(ProcessLookupError):  # another blow was first; the loop starts it again
                    os.kill(self.children[name].pid or 0, signal.SIGKILL)
            case "worker":
                self.worker.kill()
            case "valkey":
                self.valkey.send(signal.SIGKILL)
                self.again(self.valkey)
            case "postmaster":
                self.postgres.send(signal.SIGKILL)
                self.again(self.postgres)
            case "session":
                self._kill_session()
            case "refuse":
                self.state["refuse"].set()
                time.sleep(1)
                self.state["refuse"].clear()
        self.kills[kind] += 1

    def _kill_session(self) -> None:
        """One server process of ours; PostgreSQL then restarts all of them and replays its journal."""
        children = Path(f"/proc/{self.postgres.popen.pid}/task/{self.postgres.popen.pid}/children").read_text().split()
        sessions = [pid for pid in children if b"portal" in Path(f"/proc/{pid}/cmdline").read_bytes()]
        if sessions:
            os.kill(int(random.choice(sessions)), signal.SIGKILL)
            time.sleep(0.5)
            wait_ready(self.postgres)

    # The run

    def run(self) -> None:
        self.cast = fill()
        self.pace = WEB * self.seconds / self.wanted * 0.7
        self.state["troubles"].set()
        self.begin("sink")
        for name in (*(f"web-{n}" for n in range(WEB)), *(f"sender-{n}" for n in range(SENDERS))):
            self.begin(name)
        self.tend()
        began = time.monotonic()
        due = {kind: began + random.expovariate(1 / mean) for kind, mean in EVERY.items()}
        note = parts.Note(self.folder / "web")
        while sum(line[0] == "done" for line in note.lines()) < self.wanted:
            if time.monotonic() - began > self.seconds * 3:
                break
            for kind in [kind for kind, at in due.items() if at <= time.monotonic()]:
                self.kill(kind)
                due[kind] = time.monotonic() + random.expovariate(1 / EVERY[kind])
            self.tend()
            time.sleep(0.2)
        self.stop.set()
        self.calm()
        self.took = time.monotonic() - began

    def calm(self) -> None:
        """No more kills and no more troubles: what waits must leave by itself.

        A mail refused several times waits ten minutes or an hour for its next attempt: after a while that is today.
        """
        self.state["troubles"].clear()
        self.children = {name: child for name, child in self.children.items() if not name.startswith("web")}
        began = time.monotonic()
        while time.monotonic() - began < 300 and waiting():
            self.tend()
            time.sleep(0.5)
            if not self.hastened and time.monotonic() - began > 90:
                self.hastened = hasten()
        self.drained = time.monotonic() - began

    def end(self) -> None:
        self.stop.set()
        for child in self.children.values():
            child.kill()
            child.join()
        if self.worker:
            self.worker.kill()
            self.worker.wait()
        for server in (self.valkey, self.postgres):
            server.stop()
        self.data.close_sockets()


def _quiet(folder, act, arguments):
    """Broken connections are the point: their tracebacks go to a file."""
    handle = os.open(folder / "children.log", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.dup2(handle, 2)
    logging.disable(logging.CRITICAL)
    act(*arguments)


def fill():
    """A cabinet, a shop and its dossiers, and people without either."""
    from django.db import connections

    from accounts import scope
    from accounts.models import User
    from tests.factories import (
        CabinetMemberFactory,
        DossierFactory,
        EstablishmentFactory,
        LinkFactory,
        ShopMemberFactory,
    )

    with scope.system(scope.System.TESTS):
        expert = CabinetMemberFactory(role="expert")
        owner = ShopMemberFactory(role="responsable")
        site = EstablishmentFactory(organisation=owner.organisation)
        LinkFactory(cabinet=expert.cabinet, establishment=site)
        rows = [DossierFactory(cabinet=expert.cabinet, establishment=site).pk for _ in range(DOSSIERS)]
        people = User.objects.bulk_create(User(email=f"p{n}@exemple.test", password="!") for n in range(PEOPLE))
    cast = {"expert": expert.user_id, "dossiers": rows, "people": [user.pk for user in people]}
    _warm(cast)
    connections.close_all()
    return cast


def _warm(cast):
    """Load what children use before they are forked, as gunicorn's `--preload` does: their lives are short."""
    from django.db import transaction

    from messaging.models import Notification
    from messaging.rules import subject_of
    from messaging.services.letters import compose

    with contextlib.suppress(parts.OnPurpose), transaction.atomic():
        for _ in range(30):  # both kinds of acts
            parts.act(cast)
        with parts.scope_of_all():
            for row in Notification.objects.all():
                compose(row, subject_of(row)).message().as_bytes()
        raise parts.OnPurpose


def _ask(question):
    """The base may be starting again: ask until it answers."""
    from django.db import OperationalError, connection

    from accounts import scope

    while True:
        try:
            with scope.system(scope.System.TESTS):
                return question()
        except OperationalError:
            time.sleep(0.5)
        finally:
            connection.close()


def waiting() -> int:
    from messaging.models import Notification

    return _ask(lambda: Notification.objects.filter(state="queued").count())


def hasten() -> int:
    """Let what waits for its next attempt make it now; how many those were."""
    from django.db.models.functions import Now

    from messaging.models import Notification

    late = Notification.objects.filter(state="queued", leased_until=None, not_before__gt=Now())
    return _ask(lambda: late.update(not_before=Now()))


def figures(chaos: Chaos) -> dict[str, int]:
    """Compare what was committed, what was to be told, and what the mail server took."""
    from accounts.models import JournalEntry
    from messaging.models import Notification
    from messaging.services.letters import message_id

    rows = _ask(lambda: list(Notification.objects.values_list("key", "state", "reason")))
    told = JournalEntry.objects.filter(event__in=("documents_asked", "factor_added"))
    facts = set(_ask(lambda: list(told.values_list("pk", flat=True))))
    state_of = {message_id(key): state for key, state, _ in rows}
    taken = collections.Counter(line[0] for line in parts.Note(chaos.folder / "taken").lines())
    web = parts.Note(chaos.folder / "web").lines()
    broken = {mark for line in web if line[0] == "broken" for mark in line[1:]}
    # One that was taken without an answer, and refused for ever at the next attempt, did arrive.
    failed = {message_id(key) for key, state, reason in rows if state == "failed" and "550" in reason}
    never = len(failed - set(taken))
    return {
        "faits validés": len(facts),
        "  annoncés validés, puis absents": len({int(line[1]) for line in web if line[0] == "done"} - facts),
        "  sans notification": len(facts - {int(key.split(":")[3]) for key, *_ in rows}),
        "notifications": len(rows),
        "mails remis (distincts)": len(taken),
        "refusés pour toujours par le serveur (550)": never,
        "perdus": sum(mark not in taken and state != "queued" for mark, state in state_of.items()) - never,
        "transactions annulées exprès": len(broken),
        "mails de ce qui fut annulé": len(set(taken) - set(state_of)) + len(broken & set(taken)),
        "remis deux fois (même Message-ID)": taken.total() - len(taken),
        "attentes d’un nouvel essai avancées": chaos.hastened,
        "restés en attente": sum(state == "queued" for state in state_of.values()),
    }


MUST_BE_ZERO = (
    "  annoncés validés, puis absents",
    "  sans notification",
    "perdus",
    "mails de ce qui fut annulé",
    "restés en attente",
)


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--evenements", type=int, default=3000, help="faits validés voulus")
    arguments.add_argument("--secondes", type=float, default=150, help="durée visée des coups, avant le calme")
    arguments.add_argument("--graine", type=int, default=20261122)
    wanted = arguments.parse_args()
    random.seed(wanted.graine)
    with tempfile.TemporaryDirectory(prefix="portail-chaos-") as folder:
        Path(folder).chmod(0o711)  # PostgreSQL works in it as another account
        chaos = Chaos(Path(folder), wanted.evenements, wanted.secondes)
        try:
            chaos.start_servers()
            import django

            django.setup()
            chaos.run()
            found = figures(chaos)
        finally:
            with contextlib.suppress(AttributeError):  # it did not get that far
                chaos.end()
    for name, number in found.items():
        say(f"{name:<48}{number:>8}")
    say(f"{'coups':<48}" + ", ".join(f"{kind} {count}" for kind, count in sorted(chaos.kills.items())))
    say(f"{'durée, dont calme':<48}{chaos.took:>7.0f} s, {chaos.drained:.0f} s")
    return int(any(found[name] for name in MUST_BE_ZERO) or found["faits validés"] < wanted.evenements)


if __name__ == "__main__":
    sys.exit(main())
