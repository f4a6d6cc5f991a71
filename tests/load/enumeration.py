"""Measures whether the time of an answer tells who is known: sign-up, forgotten password, sign-in.

    python -m tests.load.enumeration --essais 500

It starts gunicorn itself on a free local port, on the base and the cache of the environment, which must hold the
demonstration network; it asks nothing of any other machine. Known and unknown values alternate in random order. For
each door it prints both medians, the difference with its 95 % interval (bootstrap), and the p-values of the
Mann-Whitney and Kolmogorov-Smirnov tests; what it wrote waits to be settled, and is removed at the end.
"""

import argparse
import http.client
import json
import math
import os
import random
import re
import secrets
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

Door = tuple[str, str, str]  # its name, its address, what is known of the known
DOORS: dict[str, Door] = {
    "inscription": ("inscription, e-mail", "/inscription/", "email"),
    "siret": ("inscription, SIRET", "/inscription/", "siret"),
    "oubli": ("mot de passe oublié", "/mot-de-passe/oublie/", "email"),
    "connexion": ("connexion", "/connexion/", "email"),
}


@contextmanager
def portal(port: int) -> Iterator[None]:
    """The portal as production runs it, with the visitor's address believed so that limits count each try apart."""
    variables = os.environ | {
        "PORT": str(port),
        "BASE_URL": f"http://localhost:{port}",
        "TRUSTED_PROXIES": "1",
        "CAPTCHA": "none",
        "LOG_LEVEL": "ERROR",
    }
    command = [sys.executable, "-m", "gunicorn", "portal.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "1"]
    command += ["--worker-class", "gthread", "--threads", "2", "--preload", "--no-control-socket"]
    process = subprocess.Popen([*command, "--log-level", "error"], env=variables)
    try:
        for _ in range(300):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.2)
        yield
    finally:
        process.terminate()
        process.wait(30)


class Visitor:
    """One browser: its cookies and its anti-forgery token."""

    def __init__(self, port: int) -> None:
        self.line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.host = f"localhost:{port}"
        self.cookies: dict[str, str] = {}
        self.token = ""

    def open(self, path: str) -> str:
        self.line.request("GET", path, headers={"Host": self.host})
        answer = self.line.getresponse()
        page = answer.read().decode()
        for name, value in re.findall(r"(?:^|, )(\w+)=([^;]+);", answer.headers.get("Set-Cookie", "")):
            self.cookies[name] = value
        self.token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[1]  # type: ignore[index]
        return page

    def send(self, path: str, typed: dict[str, str], address: str) -> tuple[float, tuple[int, int, tuple[str, ...]]]:
        """Milliseconds until the whole answer is there, and what a visitor sees: status, length, header names."""
        body = urlencode(typed | {"csrfmiddlewaretoken": self.token})
        headers = {
            "Host": self.host,
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "X-Forwarded-For": address,
        }
        self.line.close()
        self.line.connect()
        start = time.perf_counter()
        self.line.request("POST", path, body, headers)
        answer = self.line.getresponse()
        length = len(answer.read())
        spent = (time.perf_counter() - start) * 1000
        return spent, (answer.status, length, tuple(sorted(name for name, _ in answer.getheaders())))


def siret(rng: random.Random) -> str:
    from tests.factories import siret as made

    return made(rng.randrange(10**6))


def measure(
    port: int, samples: int, login: dict[str, str], rng: random.Random, doors: list[Door]
) -> dict[str, tuple[list[float], ...]]:
    """Times of the known and of the unknown, per door; raises when an answer differs in anything else."""
    times: dict[str, tuple[list[float], ...]] = {}
    cabinet = ""
    for door, path, known in doors:
        visitor = Visitor(port)
        page = visitor.open(path)
        if "inscription" in path:
            cabinet = re.search(r'<option value="(\d+)"', page)[1]  # type: ignore[index]
        times[door] = ([], [])
        seen = set()
        order = [case for case in (0, 1) for _ in range(samples)]
        rng.shuffle(order)
        for case in [0, 1] * 5 + order:  # ten to warm up
            stranger = f"{secrets.token_hex(len(login['email']) // 2)[: len(login['email']) - 13]}@exemple.test"
            typed = {"email": login["email"] if case == 0 and known == "email" else stranger}
            if path == "/inscription/":
                typed |= {
                    "company_name": "Carrosserie Mesurée", "mobile": "06 12 34 56 78", "postal_code": "74000",
                    "siret": login["siret"] if case == 0 and known == "siret" else siret(rng),
                    "cabinet": cabinet, "password": "Trois-petits-tas-de-tôle",
                }  # fmt: skip
            elif path == "/connexion/":
                typed = {"username": typed["email"], "password": "ce-n-est-pas-le-bon"}
            forget(typed.get("email") or typed["username"])
            address = f"10.{rng.randrange(256)}.{rng.randrange(256)}.{rng.randrange(1, 255)}"
            spent, answer = visitor.send(path, typed, address)
            times[door][case].append(spent)
            seen.add(answer)
        for case in (0, 1):
            del times[door][case][:5]
        if len(seen) > 1:
            message = f"{door} : les réponses diffèrent : {seen}"
            raise SystemExit(message)
    return times


def forget(email: str) -> None:
    """Each try is an address's first: what is measured is the work, not the limit that ends it."""
    from accounts.limits import SIGN_INS, SIGN_UPS

    SIGN_UPS.forget(email)
    SIGN_INS.forget(email)


def mann_whitney(first: list[float], second: list[float]) -> float:
    """Two-sided p-value, by the normal approximation."""
    ranked = sorted([(value, 0) for value in first] + [(value, 1) for value in second])
    total = sum(rank for rank, (_, side) in enumerate(ranked, 1) if side == 0)
    n, m = len(first), len(second)
    score = (total - n * (n + m + 1) / 2) / math.sqrt(n * m * (n + m + 1) / 12)
    return math.erfc(abs(score) / math.sqrt(2))


def kolmogorov_smirnov(first: list[float], second: list[float]) -> float:
    """Two-sided p-value, by the asymptotic distribution."""
    a, b = sorted(first), sorted(second)
    points = sorted([*a, *b])
    gap, i, j = 0.0, 0, 0
    for point in points:
        while i < len(a) and a[i] <= point:
            i += 1
        while j < len(b) and b[j] <= point:
            j += 1
        gap = max(gap, abs(i / len(a) - j / len(b)))
    reach = (math.sqrt(len(a) * len(b) / (len(a) + len(b)))) * gap
    if reach < 0.2:  # the series below converges slowly there, and the answer is 1
        return 1.0
    return min(1.0, max(0.0, 2 * sum((-1) ** (k - 1) * math.exp(-2 * k * k * reach * reach) for k in range(1, 101))))


def difference(first: list[float], second: list[float], rng: random.Random) -> tuple[float, float, float]:
    """Median of the known less that of the unknown, in milliseconds, with its 95 % bootstrap interval."""
    drawn = sorted(
        statistics.median(rng.choices(first, k=len(first))) - statistics.median(rng.choices(second, k=len(second)))
        for _ in range(1000)
    )
    return statistics.median(first) - statistics.median(second), drawn[25], drawn[974]


def prepare() -> dict[str, str]:
    """An account and a SIRET of the demonstration."""
    import django

    django.setup()
    from django.conf import settings

    logins = json.loads(Path(settings.DATA_DIR, "demo.json").read_text())["logins"]
    login = next(row for row in logins if row["role"] == "reparateur")
    return {"email": login["email"], "siret": login["sirets"][0]}


def tidy(before: int) -> None:
    """Forget what was asked at the door meanwhile."""
    from accounts import scope
    from accounts.models import Knock

    with scope.system(scope.System.UPKEEP):
        Knock.objects.filter(pk__gt=before).delete()


def newest() -> int:
    from accounts import scope
    from accounts.models import Knock

    with scope.system(scope.System.UPKEEP):
        last = Knock.objects.order_by("-pk").first()
    return last.pk if last else 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--essais", type=int, default=500, help="réponses mesurées par cas (500)")
    parser.add_argument("--port", type=int, default=8190)
    parser.add_argument("--portes", nargs="+", choices=DOORS, default=list(DOORS))
    parser.add_argument("--graine", type=int, default=7)
    given = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    rng, login = random.Random(given.graine), prepare()
    before = newest()
    try:
        with portal(given.port):
            times = measure(given.port, given.essais, login, rng, [DOORS[name] for name in given.portes])
    finally:
        tidy(before)
    sys.stdout.write(f"{given.essais} réponses par cas, connues et inconnues mêlées ; millisecondes\n")
    for door, (known, unknown) in times.items():
        gap, low, high = difference(known, unknown, rng)
        sys.stdout.write(
            f"{door:22} médianes {statistics.median(known):7.2f} / {statistics.median(unknown):7.2f}"
            f"  écart {gap:+.2f} [{low:+.2f} ; {high:+.2f}]"
            f"  Mann-Whitney p={mann_whitney(known, unknown):.3f}"
            f"  Kolmogorov-Smirnov p={kolmogorov_smirnov(known, unknown):.3f}\n"
        )


if __name__ == "__main__":
    main()
