"""Two people who share nothing ask at once, through the same few connections: nobody reads what is the other's (T9).

    python -m tests.load.interleaved --url http://localhost:8000 --demo var/demo.json [--demandes 10000]

It signs in to a running demonstration as two shops without a common cabinet, and asks from eight threads, in turn as
one and as the other: lists, searches, dossiers, messages, a foreign dossier (404), and pages it hangs up on before
they are read. Every answer is searched for the references that only the other may see. Give the portal a pooler with
few connections in front of its base (operations guide, « PgBouncer ») to make the most of it. It ends with 0 when
nothing foreign was read and nothing failed.
"""

import argparse
import http.client
import json
import random
import re
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from portal.benchmark.client import sign_in

THREADS = 8
PEOPLE = ("responsable.lac@exemple.test", "responsable.halle@exemple.test")


@dataclass
class Person:
    port: int
    email: str
    cookies: str
    dossiers: set[str] = field(default_factory=set)  # paths
    foreign: "re.Pattern[str]" = field(default_factory=lambda: re.compile("(?!)"))

    def ask(self, path: str, *, listen: bool = True) -> tuple[int, str]:
        """Status and page; 0 for one that was not waited for."""
        connection = http.client.HTTPConnection("localhost", self.port, timeout=60)
        try:
            connection.request("GET", path, headers={"Host": f"localhost:{self.port}", "Cookie": self.cookies})
            if not listen:
                return 0, ""
            answer = connection.getresponse()
            return answer.status, answer.read().decode(errors="replace")
        finally:
            connection.close()


def people(port: int, demo: Path) -> list[Person]:
    logins = {login["email"]: login["password"] for login in json.loads(demo.read_text())["logins"]}
    found = [Person(port, email, sign_in(port, email, logins[email])) for email in PEOPLE]
    for person in found:
        for page in range(1, 8):
            _, text = person.ask(f"/dossiers/?onglet=tous&page={page}")
            person.dossiers |= set(re.findall(r'href="(/dossiers/[^"/?]+/[^"/?]+/)"', text))
    for person, other in zip(found, reversed(found), strict=True):
        theirs = other.dossiers - person.dossiers
        person.foreign = re.compile("|".join(sorted(map(re.escape, theirs))))
        if not theirs:
            raise SystemExit(f"{other.email} ne voit rien que {person.email} ne voie.")
    return found


class Run:
    """What was asked, what came back."""

    def __init__(self, pair: list[Person], wanted: int) -> None:
        self.pair, self.left, self.lock = pair, wanted, threading.Lock()
        self.answers: Counter[str] = Counter()
        self.leaks: list[str] = []

    def work(self, number: int) -> None:
        luck = random.Random(number)
        while self.take():
            me = self.left % 2
            person, other = self.pair[me], self.pair[1 - me]
            self.one(person, other, luck)

    def take(self) -> bool:
        with self.lock:
            self.left -= 1
            return self.left >= 0

    def one(self, person: Person, other: Person, luck: random.Random) -> None:
        kind = luck.choice(["list", "list", "search", "dossier", "dossier", "messages", "foreign", "hang up"])
        path = {
            "list": f"/dossiers/?onglet=tous&page={luck.randint(1, 3)}",
            "search": "/dossiers/?onglet=tous&q=renault",
            "dossier": luck.choice(sorted(person.dossiers)),
            "messages": "/messages/",
            "foreign": luck.choice(sorted(other.dossiers - person.dossiers)),
            "hang up": "/dossiers/?onglet=tous",
        }[kind]
        try:
            status, text = person.ask(path, listen=kind != "hang up")
        except (OSError, http.client.HTTPException) as problem:
            status, text = 599, type(problem).__name__
        expected = {"foreign": 404, "hang up": 0}.get(kind, 200)
        self.answers[f"{kind} {status}" + ("" if status == expected else " INATTENDU")] += 1
        if kind != "foreign" and (found := person.foreign.search(text)):
            self.leaks.append(f"{person.email} {path} : {found[0]}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", default="http://localhost:8000")
    parser.add_argument("--demo", type=Path, default=Path("var/demo.json"))
    parser.add_argument("--demandes", type=int, default=10_000)
    options = parser.parse_args()
    run = Run(people(urlsplit(options.url).port or 80, options.demo), options.demandes)
    began = time.monotonic()
    threads = [threading.Thread(target=run.work, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wrong = sum(number for kind, number in run.answers.items() if kind.endswith("INATTENDU"))
    sys.stdout.write(f"{options.demandes} demandes en {time.monotonic() - began:.0f} s : {dict(run.answers)}\n")
    sys.stdout.write(f"{len(run.leaks)} lectures étrangères, {wrong} réponses inattendues {run.leaks[:3]}\n")
    return int(bool(run.leaks or wrong))


if __name__ == "__main__":
    sys.exit(main())
