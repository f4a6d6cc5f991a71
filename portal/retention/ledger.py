"""The purge's own book, kept outside the database: what was forgotten stays so after a backup is restored.

One JSON line a fact, each with the SHA-256 of the line before it, written through to the disk before the database
forgets. It holds no personal data: keys of rows, a fingerprint that tells a row from another one of the same key,
names of files (which are random), counts and dates. Keep it apart from the backups.
"""

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

FIRST = "0" * 64


class LedgerError(Exception):
    """The book cannot be trusted, or somebody else holds it."""


@dataclass(frozen=True)
class Lot:
    """Dossiers forgotten together: `dossiers` are (key, fingerprint), `files` names of the storage."""

    number: str
    cabinet: str
    dossiers: tuple[tuple[int, str], ...]
    files: tuple[str, ...]


def fingerprint(key: int, created_at: datetime) -> str:
    """Tells this row from another that a later base gave the same key; nothing can be read back from it."""
    return hashlib.sha256(f"{key}:{created_at.astimezone(UTC).isoformat()}".encode()).hexdigest()


class Ledger:
    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def locked(self) -> Iterator[None]:
        """One purge at a time, and none during a backup; the kernel lets go whatever way a process ends."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self.path.with_suffix(".verrou").open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise LedgerError(
                    "Une purge ou une sauvegarde est déjà en cours : attendez qu'elle finisse."
                ) from None
            yield

    def facts(self) -> list[dict[str, Any]]:
        """All of it, in order; a line that was cut off by a crash is not there yet, a changed one is refused."""
        if not self.path.is_file():
            return []
        lines = self.path.read_bytes().split(b"\n")
        before, found = FIRST, []
        for number, line in enumerate(lines[:-1], start=1):
            fact = _parsed(line)
            if fact is None or fact.get("precedent") != before:
                raise LedgerError(f"Le registre {self.path} est altéré à la ligne {number} : comparez-le à une copie.")
            before = hashlib.sha256(line).hexdigest()
            found.append(fact)
        return found

    @property
    def head(self) -> str:
        """The SHA-256 of the last line: who keeps it can tell whether the book was cut or changed since."""
        lines = self.path.read_bytes().split(b"\n")[:-1] if self.path.is_file() else []
        return hashlib.sha256(lines[-1]).hexdigest() if lines else FIRST

    def write(self, what: str, **fact: Any) -> None:
        self._forget_half_a_line()
        now = datetime.now(UTC).isoformat(timespec="seconds")
        line = json.dumps({"quoi": what, "date": now, **fact, "precedent": self.head}, ensure_ascii=False)
        handle = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        with os.fdopen(handle, "ab") as file:
            file.write(line.encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())

    def _forget_half_a_line(self) -> None:
        if self.path.is_file() and not (kept := self.path.read_bytes()).endswith(b"\n") and kept:
            os.truncate(self.path, kept.rfind(b"\n") + 1)

    def open_lots(self) -> list[Lot]:
        """Begun, and neither finished nor given up: a purge was interrupted there."""
        facts = self.facts()
        over = {fact["lot"] for fact in facts if fact["quoi"] in {"fin", "annule"}}
        return [_lot(fact) for fact in facts if fact["quoi"] == "debut" and fact["lot"] not in over]

    def finished_lots(self) -> list[Lot]:
        facts = self.facts()
        done = {fact["lot"] for fact in facts if fact["quoi"] == "fin"}
        return [_lot(fact) for fact in facts if fact["quoi"] == "debut" and fact["lot"] in done]


def _parsed(line: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _lot(fact: dict[str, Any]) -> Lot:
    rows = tuple((int(key), str(mark)) for key, mark in fact["dossiers"])
    return Lot(fact["lot"], fact["cabinet"], rows, tuple(fact["fichiers"]))
