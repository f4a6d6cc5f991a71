"""Logins and passwords of the demonstration."""

import json
import secrets
import unicodedata
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from django.conf import settings
from django.contrib.auth.hashers import make_password

from accounts.models import Cabinet, CabinetMember, Establishment, Organisation, User
from portal.datafolder import write_private
from portal.demo.names import FIRST_NAMES, MARK, PASSWORD_WORDS, SURNAMES


@dataclass(slots=True)
class Person:
    """Somebody of the network; `password` None: no login."""

    user: User
    password: str | None = None


@dataclass(frozen=True, slots=True)
class Login:
    """One line of `demo.json`."""

    role: str
    person: Person
    organisation: Organisation | None = None
    cabinet: Cabinet | None = None
    cabinets: list[str] = field(default_factory=list)
    establishments: list[Establishment] = field(default_factory=list)

    def as_json(self) -> dict[str, object]:
        return {
            "role": self.role,
            "email": self.person.user.email,
            "password": self.person.password,
            "organisation": self.organisation.name if self.organisation else None,
            "cabinet": self.cabinet.code if self.cabinet else None,
            "cabinets": self.cabinets,
            "sirets": [establishment.siret for establishment in self.establishments],
        }


ROLE_OF_STAFF = {
    CabinetMember.Role.MANAGER: "responsable",
    CabinetMember.Role.EXPERT: "expert",
    CabinetMember.Role.CLERK: "gestionnaire",
}


class Crowd:
    """Makes people one by one and saves them together; names never repeat."""

    def __init__(self, rng: Random) -> None:
        names = [(first, last) for first in FIRST_NAMES for last in SURNAMES]
        self._names = iter(rng.sample(names, 200))
        self._people: list[Person] = []

    def add(self, email: str, *, login: bool = False, staff: bool = False, network: bool = False) -> Person:
        first, last = next(self._names)
        user = User(
            email=email, full_name=f"{first} {last.title()}-{MARK.title()}", is_staff=staff, is_superuser=network
        )
        self._people.append(person := Person(user, new_password() if login else None))
        return person

    def save(self) -> None:
        # PBKDF2 is slow on purpose and leaves Python free meanwhile: one thread a core.
        with ThreadPoolExecutor() as pool:
            hashes = pool.map(make_password, [person.password for person in self._people])
            for person, value in zip(self._people, hashes, strict=True):
                person.user.password = value
        User.objects.bulk_create([person.user for person in self._people])


def new_password() -> str:
    """Three words and four digits, e.g. `lilas-torrent-galet-4821`: 33 bits, different at every loading."""
    words = [secrets.choice(PASSWORD_WORDS) for _ in range(3)]
    return "-".join([*words, f"{secrets.randbelow(9000) + 1000}"])


def insured_name(rng: Random) -> str:
    return f"{rng.choice(SURNAMES)}-{MARK} {rng.choice(FIRST_NAMES)}"


def insured_email(name: str) -> str:
    """`camille.dupont@exemple.test` for « DUPONT-EXEMPLE Camille »."""
    last, _, first = name.partition(f"-{MARK} ")
    plain = unicodedata.normalize("NFKD", f"{first}.{last}").encode("ascii", "ignore").decode()
    return f"{plain.lower()}@exemple.test"


def logins_file() -> Path:
    return Path(settings.DATA_DIR) / "demo.json"


def write_logins(logins: Iterable[Login]) -> None:
    """Leave the logins where programs look for them, readable by this account only."""
    _write({"url": settings.BASE_URL, "logins": [login.as_json() for login in logins]})


def refresh_address() -> None:
    """Put the address right in what an earlier loading left: the port may differ from the last run's."""
    try:
        found = json.loads(logins_file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return
    if isinstance(found, dict):
        _write({**found, "url": settings.BASE_URL})


def _write(content: dict[str, object]) -> None:
    path = logins_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    write_private(path, json.dumps(content, ensure_ascii=False, indent=2) + "\n")
