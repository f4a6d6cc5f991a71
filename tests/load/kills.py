"""Kills each process of a running portal, again and again, while people write; then counts what was lost.

    python -m tests.load.kills [--tours 3]

It starts the whole portal as `script/server` does (its own PostgreSQL and Valkey, web, worker, clock, demonstration
network) in a temporary folder and on a free local port, and a sweeper beside it. Four people of a shop write messages
without pause, as a browser does: a page that does not answer is sent again with the same key. Meanwhile each process
gets SIGKILL, by its own identifier, in turn: the web's master and one of its processes, the worker's and one of its
processes, the clock, the sweeper, Valkey, PostgreSQL's postmaster. It ends with 0 when every message that was
acknowledged is there exactly once with its notifications, nothing waits, and files and lines agree.
"""

import argparse
import contextlib
import http.client
import json
import os
import re
import secrets
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import psycopg

from portal.benchmark.base import free_port
from portal.benchmark.client import sign_in

ROOT = Path(__file__).resolve().parents[2]
WHO = "responsable.lac@exemple.test"
SUBJECT = "communication-expert"
WITHIN = 90  # seconds for a page to answer again after a blow
PAUSE = 12  # seconds between two blows: the supervisor slows down for what dies five times in a minute


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


class Person(threading.Thread):
    """Writes messages; what the portal acknowledged is noted, what it did not is sent again."""

    def __init__(self, port: int, cookies: str, pages: list[str], stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.port, self.cookies, self.pages, self.stop = port, cookies, pages, stop
        self.acknowledged: list[str] = []
        self.again = self.refused = 0
        self.longest = 0.0

    def run(self) -> None:
        token = dict(part.split("=", 1) for part in self.cookies.split("; "))
        csrf = next(value for name, value in token.items() if "csrf" in name)
        for page in self._pages():
            mark = secrets.token_hex(16)
            form = {"csrfmiddlewaretoken": csrf, "acte": "envoyer", "message": f"Coup {mark}", "cle": mark}
            began = time.monotonic()
            while time.monotonic() - began < WITHIN:
                status = ask(self.port, page, self.cookies, urlencode(form))
                if status == 302:
                    self.acknowledged.append(mark)
                    self.longest = max(self.longest, time.monotonic() - began)
                    break
                self.again += 1
                time.sleep(0.3)
            else:
                self.refused += 1

    def _pages(self) -> Iterator[str]:
        while not self.stop.is_set():
            yield secrets.choice(self.pages)
            time.sleep(0.2)


def ask(port: int, path: str, cookies: str, body: str | None = None) -> int:
    """The status, or 0 when nobody answered."""
    headers = {"Host": f"localhost:{port}", "Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded"}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("POST" if body else "GET", path, body, headers)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


class Site:
    """The portal under its supervisor, and a sweeper under ours."""

    def __init__(self, folder: Path) -> None:
        self.data, self.port = folder / "portail", free_port()
        kept = {"PATH", "HOME", "LANG", "LD_LIBRARY_PATH"} & os.environ.keys()
        given = {"PORTAL_DATA": str(self.data), "PORT": str(self.port), "PORTAL_DEMO": "oui", "LOG_LEVEL": "ERROR"}
        self.variables = {name: os.environ[name] for name in kept} | given
        self.log = (folder / "journal").open("ab")
        self.supervisor = self._start("-m", "portal.supervisor")
        self.sweeper: subprocess.Popen[bytes] | None = None

    def _start(self, *arguments: str, **more: str) -> "subprocess.Popen[bytes]":
        variables = {**self.variables, **more}
        return subprocess.Popen(
            [sys.executable, *arguments], cwd=ROOT, env=variables, stdout=self.log, stderr=self.log
        )

    @property
    def made(self) -> dict[str, str]:
        """The addresses of its servers, as it leaves them for `manage.py`."""
        lines = (self.data / "environnement").read_text().splitlines()
        return dict(line.split("=", 1) for line in lines)

    def wait(self) -> float:
        began = time.monotonic()
        while time.monotonic() - began < 300:
            if ask(self.port, "/sante/pret", "") == 200 and (self.data / "demo.json").is_file():
                return time.monotonic() - began
            time.sleep(0.2)
        raise SystemExit("Le portail ne répond pas.")

    def sweep(self) -> None:
        """As the deployment's loop does: a new one whenever the last has ended."""
        if self.sweeper is None or self.sweeper.poll() is not None:
            self.sweeper = self._start("manage.py", "envoyer_mails", "--secondes", "55", **self.made)

    def pid(self, name: str) -> int:
        return int(json.loads((self.data / "run" / f"{name}.json").read_text())["pid"])

    def child(self, name: str) -> int:
        """The youngest process of a master."""
        master = self.pid(name)
        found = Path(f"/proc/{master}/task/{master}/children").read_text().split()
        return int(found[-1])

    def end(self) -> None:
        for process in (self.sweeper, self.supervisor):
            if process is not None:
                process.terminate()
                process.wait(180)


BLOWS = {
    "web (maître)": lambda site: site.pid("web"),
    "web (un processus)": lambda site: site.child("web"),
    "worker (maître)": lambda site: site.pid("worker"),
    "worker (un processus)": lambda site: site.child("worker"),
    "horloge": lambda site: site.pid("beat"),
    "balayeur": lambda site: site.sweeper.pid,
    "Valkey": lambda site: site.pid("valkey"),
    "PostgreSQL": lambda site: site.pid("postgres"),
}


def strike(site: Site, kind: str) -> bool:
    """Whether there was something to kill, within a minute: it may just be starting again."""
    for _ in range(120):
        with contextlib.suppress(OSError, ValueError, IndexError):
            os.kill(BLOWS[kind](site), signal.SIGKILL)
            return True
        time.sleep(0.5)
    return False


def pages_of(site: Site, cookies: str) -> list[str]:
    """Where messages are written from: the first dossiers of this person's list that take one."""
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=30)
    connection.request("GET", "/dossiers/?onglet=tous", headers={"Host": f"localhost:{site.port}", "Cookie": cookies})
    listed = connection.getresponse().read().decode()
    found = sorted(set(re.findall(r'href="(/dossiers/[^"/]+/[^"/]+/)"', listed)))
    pages = [f"{path}messages/nouveau/{SUBJECT}/" for path in found[:12]]
    return [page for page in pages if ask(site.port, page, cookies) == 200]


def count(site: Site, marks: list[str]) -> dict[str, int]:
    """What the base holds of what was acknowledged; asked by the role that reads everything."""
    with psycopg.connect(site.made["DATABASE_BACKUP_URL"]) as base:
        rows = base.execute("SELECT id, body FROM messaging_message WHERE body LIKE 'Coup %'").fetchall()
        queued = base.execute(
            "SELECT count(*) FROM messaging_notification WHERE state = 'queued' AND not_before <= now()"
        ).fetchone()
        jobs = base.execute(
            "SELECT count(*) FROM claims_job WHERE state IN ('due', 'running') AND due_at <= now()"
        ).fetchone()
    held = Counter(body.removeprefix("Coup ").strip() for _, body in rows)
    return {
        "messages perdus": len(set(marks) - held.keys()),
        "messages en double": sum(number - 1 for number in held.values()),
        "e-mails en attente": queued[0],
        "travaux en attente": jobs[0],
    }


def calm(site: Site, marks: list[str]) -> dict[str, int]:
    """No more blows: what waits must leave by itself."""
    began = time.monotonic()
    while (found := count(site, marks)) and (found["e-mails en attente"] or found["travaux en attente"]):
        if time.monotonic() - began > 240:
            break
        site.sweep()
        time.sleep(2)
    say(f"calme en {time.monotonic() - began:.0f} s")
    return found


def run(site: Site, rounds: int) -> int:
    say(f"prêt en {site.wait():.0f} s")
    logins = json.loads((site.data / "demo.json").read_text())["logins"]
    password = next(login["password"] for login in logins if login["email"] == WHO)
    cookies = sign_in(site.port, WHO, password)
    pages, stop = pages_of(site, cookies), threading.Event()
    people = [Person(site.port, cookies, pages, stop) for _ in range(4)]
    for person in people:
        person.start()
    kills: Counter[str] = Counter()
    for _ in range(rounds):
        for kind in BLOWS:
            site.sweep()
            time.sleep(PAUSE)
            kills[kind] += strike(site, kind)
    time.sleep(PAUSE)
    site.wait()
    stop.set()
    for person in people:
        person.join(WITHIN + 30)
    marks = [mark for person in people for mark in person.acknowledged]
    found = calm(site, marks) | {"jamais acceptés": sum(person.refused for person in people)}
    checked = subprocess.run(
        [sys.executable, "manage.py", "diagnostic", "--fichiers"],
        cwd=ROOT, env={**site.variables, **site.made}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    found["écarts entre fichiers et lignes"] = int("✔ fichiers et lignes" not in checked.stdout)
    say("coups : " + ", ".join(f"{kind} {number}" for kind, number in kills.items()))
    again, longest = sum(person.again for person in people), max(person.longest for person in people)
    say(f"{len(marks)} messages acceptés ; {again} demandes refaites, la plus longue attente {longest:.0f} s")
    for name, number in found.items():
        say(f"{name:<36}{number:>6}")
    return int(any(found.values()) or not marks or len(kills) < len(BLOWS))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tours", type=int, default=3, help="combien de fois chaque processus est tué (3)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="portail-coups-") as name:
        Path(name).chmod(0o711)  # PostgreSQL works in it as another account
        site = Site(Path(name))
        try:
            return run(site, options.tours)
        finally:
            site.end()


if __name__ == "__main__":
    sys.exit(main())
