"""Senseless requests by the ten thousand, as everybody in turn: none breaks a page, none leads away (T16, T29, T46).

    STAFF_SECOND_FACTOR=non script/server
    python -m tests.load.fuzz [--url http://localhost:8000] [--demo var/demo.json] [--demandes 20000] [--graine 1]

It signs in to a running demonstration (which it spoils: use one of its own) as nobody, shops and staff, follows their
links to learn pages, forms and fields, and then asks for them with what nobody would type: other people's and absent
identifiers, bytes that are no text, numbers without end, dates that are none, addresses elsewhere, template and script
payloads, bodies that are not what they say. It ends with 0 when no answer was a 5xx, no `Location` left the portal,
and nothing that was typed was evaluated or came back as a tag.
"""

import argparse
import http.client
import json
import random
import re
import statistics
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qsl, quote_from_bytes, urlencode, urljoin, urlsplit

from portal.benchmark.client import sign_in

THREADS, LEARNED = 4, 150  # pages a person learns
PEOPLE = ("reparateur", "collaborateur", "responsable", "expert", "gestionnaire", "reseau")
LEAVE_ALONE = re.compile(
    r"/deconnexion/|/logout/|/parametres/(mot-de-passe|appareils|sessions)|\.(css|js|png|svg|ico|woff2)$"
)
EVALUATED = re.compile(r"kanari49|<kanari|onkanari=[\"']?x(?![^<>]*&)")
HOSTILE = [
    b"", b" ", b"0", b"-1", b"1e309", b"9" * 40, b"2147483648", b"9223372036854775808", b"1,5", b"NaN", b"\x00",
    b"a\x00b", b"\xff\xfe", b"\xc3\x28", b"\xed\xa0\x80", b"\xe2\x80\xae\xe2\x80\x8d\xc3\xa9", b"\xef\xb7\xba" * 50,
    b"A" * 5000, b"%", b"%00", b"' OR 1=1 --", b"\\", b"../../etc/passwd", b"..\\..", b"kanari{{ 7|add:42 }}",
    b"kanari{{7*7}}", b"kanari{% widthratio 49 1 1 %}", b"kanari${7*7}", b"<kanari>", b"\"'><kanari onkanari=x>",
    b"javascript:kanari()", b"//ailleurs.test", b"https://ailleurs.test/", b"/\\ailleurs.test", b"http:ailleurs.test",
    b"a\r\nSet-Cookie: kanari=1", b"2026-02-30", b"0000-00-00", b"9999-12-31", b"10000-01-01", b"31/02/2026", b"25:61",
    b"=1+1", b"[]", b"{}", b"null", b"true", b"[[[[[[", b'{"a":' * 300, b"-claim_on;", b"tous", b"1" * 300, b"\t\n",
    b"../" * 60,
]  # fmt: skip
KNOWN = ("page", "q", "tri", "onglet", "next", "e", "o", "p", "_popup", "_to_field", "all", "format", "vue")


class Page(HTMLParser):
    """Links and forms of a page: where they lead, how, and their fields."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.forms: list[tuple[str, str, dict[str, str]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "a" and given.get("href", "").startswith("/"):
            self.links.add(given["href"].partition("#")[0])
        elif tag == "form":
            self.forms.append((given.get("action", ""), given.get("method", "get").lower(), {}))
        elif tag in {"input", "select", "textarea", "button"} and self.forms and given.get("name"):
            self.forms[-1][2][given["name"]] = given.get("value", "")


@dataclass
class Person:
    name: str
    port: int
    cookies: str
    paths: list[str] = field(default_factory=list)
    forms: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def ask(self, method: str, path: str, body: bytes = b"", kind: str = "") -> tuple[int, dict[str, str], str]:
        token = re.search(r"csrftoken=(\w+)", self.cookies)
        headers = {"Cookie": self.cookies, "X-CSRFToken": token[1] if token else ""} | (
            {"Content-Type": kind} if kind else {}
        )
        connection = http.client.HTTPConnection("localhost", self.port, timeout=60)
        try:
            connection.request(method, path, body or None, headers)
            answer = connection.getresponse()
            told = {name.lower(): value for name, value in answer.getheaders()}
            text = answer.read(2_000_000)
            return answer.status, told, text.decode(errors="replace") if "text" in told.get("content-type", "") else ""
        finally:
            connection.close()

    def learn(self, start: str) -> None:
        """Follow the links from one page, newest kind of address first, and keep what is found."""
        waiting, seen, kinds = [start], set(), Counter[str]()
        while waiting and len(self.paths) < LEARNED:
            waiting.sort(key=lambda path: -kinds[shape(path)])
            path = waiting.pop()
            kinds[shape(path)] += 1
            status, told, text = self.ask("GET", path)
            waiting += [told["location"]] if status == 302 and told["location"].startswith("/") else []
            if status != 200 or not text:
                continue
            self.paths.append(path)
            page = Page(text)
            self.forms += [
                (urljoin(path, action), fields) for action, method, fields in page.forms
                if method == "post" and not LEAVE_ALONE.search(action or path)
            ]  # fmt: skip
            fresh = {link for link in page.links if kinds[shape(link)] < 4 and not LEAVE_ALONE.search(link)} - seen
            seen |= fresh
            waiting += sorted(fresh)


def shape(path: str) -> str:
    """The address without its identifiers: what the router sees."""
    return re.sub(r"(?<=/)(?=[^/]*\d)[^/]+|(?<==)[^&]*", "*", path)


class Run:
    def __init__(self, people: list[Person], wanted: int, seed: int) -> None:
        self.people, self.left, self.seed, self.lock = people, wanted, seed, threading.Lock()
        self.answers: Counter[int] = Counter()
        self.wrong: dict[str, str] = {}  # a shape of address -> the first request that showed it
        self.times: list[float] = []

    def work(self, number: int) -> None:
        luck = random.Random(self.seed * 1000 + number)
        while self.take():
            person = luck.choice(self.people)
            method, path, body, kind = request(person, luck)
            began = time.monotonic()
            try:
                status, told, text = person.ask(method, path, body, kind)
            except (OSError, http.client.HTTPException) as problem:
                status, told, text = 599, {}, type(problem).__name__
            self.note(person, (method, path, body), status, told, text, time.monotonic() - began)

    def take(self) -> bool:
        with self.lock:
            self.left -= 1
            return self.left >= 0

    def note(
        self, person: Person, asked: tuple[str, str, bytes], status: int, told: dict[str, str], text: str, took: float
    ) -> None:
        place = told.get("location", "")
        away = urlsplit(place).netloc not in {"", f"localhost:{person.port}"} or place.startswith(("//", "/\\"))
        reason = "5xx" if status >= 500 else "ailleurs" if away else "évalué" if EVALUATED.search(text) else ""
        with self.lock:
            self.answers[status] += 1
            self.times.append(took)
            if reason or "kanari" in told.get("set-cookie", ""):
                self.wrong.setdefault(
                    f"{reason or 'en-tête'} {status} {asked[0]} {shape(asked[1])[:90]}",
                    f"{person.name} {asked[1][:300]} {asked[2][:300]!r} {place} {text[:80]!r}",
                )


def request(person: Person, luck: random.Random) -> tuple[str, str, bytes, str]:
    """Method, address, body and its type: something real, spoilt."""
    if person.forms and luck.random() < 0.45:
        action, fields = luck.choice(person.forms)
        typed = spoilt(list(fields.items()), luck)
        if luck.random() < 0.1:
            return (
                "POST",
                latin(action),
                luck.choice(HOSTILE),
                luck.choice(["application/json", "text/xml", "multipart/form-data"]),
            )
        if luck.random() < 0.3:
            return "POST", latin(action), multipart(typed, luck), "multipart/form-data; boundary=limite"
        return "POST", latin(action), urlencode(typed).encode(), "application/x-www-form-urlencoded"
    path, _, query = luck.choice(person.paths).partition("?")
    if luck.random() < 0.4:
        path = another(path, luck)
    asked = parse_qsl(query) + [(luck.choice(KNOWN), "") for _ in range(luck.randint(0, 3))]
    method = luck.choices(["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"], [80, 4, 6, 3, 3, 2, 2])[0]
    return method, latin(path) + "?" + urlencode(spoilt(asked, luck)), b"", ""


def spoilt(pairs: list[tuple[str, str]], luck: random.Random) -> list[tuple[str, bytes]]:
    """One value in three is what nobody types, some names too; some stand twice, some are missing."""
    found: list[tuple[str, bytes]] = []
    for name, value in pairs:
        chance = luck.random()
        if name == "csrfmiddlewaretoken":
            found.append((name, value.encode()))
        elif chance < 0.33:
            found.append((name, luck.choice(HOSTILE)))
        elif chance < 0.38:
            found += [(name, value.encode()), (name, luck.choice(HOSTILE))]
        elif chance < 0.41:
            found.append((name + luck.choice(["__in", "[]", "__isnull", "\x00", "_id"]), luck.choice(HOSTILE)))
        elif chance < 0.9:
            found.append((name, value.encode()))
    return found


def another(path: str, luck: random.Random) -> str:
    """The same address with one of its parts replaced."""
    parts = path.split("/")
    where = luck.randrange(1, len(parts)) if len(parts) > 1 else 0
    parts[where] = quote_from_bytes(luck.choice(HOSTILE)[:400], safe="")
    return "/".join(parts)


def multipart(pairs: list[tuple[str, bytes]], luck: random.Random) -> bytes:
    """Now and then a file where none is meant, or an end that never comes."""
    parts = []
    for name, value in pairs:
        file = (
            f'; filename="{luck.choice(["a.pdf", "..", "", "a" * 300, "é.php", "x%00.jpg"])}"'
            if luck.random() < 0.2
            else ""
        )
        parts.append(
            f'--limite\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'.encode() + value + b"\r\n"
        )
    return b"".join(parts) + (b"--limite--\r\n" if luck.random() < 0.9 else b"")


def latin(path: str) -> str:
    return re.sub(r"[^\x21-\x7e]", lambda found: quote_from_bytes(found[0].encode()), path)


def people(port: int, demo: Path) -> list[Person]:
    """Nobody, and one of each role twice, each with the pages it learned."""
    found = [Person("personne", port, "")]
    found[0].cookies = found[0].ask("GET", "/connexion/")[1].get("set-cookie", "").partition(";")[0]
    found[0].learn("/connexion/")
    by_role: Counter[str] = Counter()
    for login in json.loads(demo.read_text())["logins"]:
        by_role[login["role"]] += 1
        if login["role"] in PEOPLE and by_role[login["role"]] <= 2:
            lands = "/dossiers/" if login["sirets"] else "/admin/"
            person = Person(login["email"], port, sign_in(port, login["email"], login["password"], lands=lands))
            person.learn(lands)
            found.append(person)
            sys.stdout.write(f"{person.name} : {len(person.paths)} pages, {len(person.forms)} formulaires\n")
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", default="http://localhost:8000")
    parser.add_argument("--demo", type=Path, default=Path("var/demo.json"))
    parser.add_argument("--demandes", type=int, default=20_000)
    parser.add_argument("--graine", type=int, default=1)
    options = parser.parse_args()
    run = Run(people(urlsplit(options.url).port or 80, options.demo), options.demandes, options.graine)
    threads = [threading.Thread(target=run.work, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for kind, first in sorted(run.wrong.items()):
        sys.stdout.write(f"FAUTE {kind}\n      {first}\n")
    p99 = statistics.quantiles(run.times, n=100)[98] if len(run.times) > 1 else 0
    answers = ", ".join(f"{status} : {count}" for status, count in sorted(run.answers.items()))
    told = f"{len(run.times)} demandes ({answers}), 99 % en moins de {p99:.2f} s, {len(run.wrong)} fautes"
    sys.stdout.write(f"{told}\n")
    return 1 if run.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
