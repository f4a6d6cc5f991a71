"""What a backup says of itself: written last, so that a folder without it is no backup.

manifeste.json           counts and sums of the tables, structure, SHA-256 of what lies beside it
manifeste.json.sha256    of the manifest itself
base.dump                pg_dump's own format
fichiers.tsv             name, bytes, SHA-256 of each file
fichiers/                the files, under their names
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from portal.backup import BackupError

FORMAT = 1
DUMP, LIST, FOLDER, MANIFEST, SUM = "base.dump", "fichiers.tsv", "fichiers", "manifeste.json", "manifeste.json.sha256"
BLOCK = 1024 * 1024


@dataclass(frozen=True)
class Stored:
    """One file of the site."""

    name: str
    size: int
    sha256: str


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sha256_of_bytes(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()


def write(folder: Path, facts: dict[str, Any]) -> None:
    text = json.dumps({"format": FORMAT, **facts}, ensure_ascii=False, indent=1).encode()
    (folder / MANIFEST).write_bytes(text)
    (folder / SUM).write_text(f"{hashlib.sha256(text).hexdigest()}  {MANIFEST}\n")


def read(folder: Path) -> dict[str, Any]:
    """The manifest, once it, the dump and the list of files are known to be as they were written."""
    if not (folder / MANIFEST).is_file() or not (folder / SUM).is_file():
        raise BackupError(f"{folder} n'est pas une sauvegarde entière : il y manque {MANIFEST} ou {SUM}.")
    if (folder / SUM).read_text().split()[:1] != [sha256_of(folder / MANIFEST)]:
        raise BackupError(f"{folder / MANIFEST} a changé depuis la sauvegarde : n'utilisez pas cette copie.")
    facts: dict[str, Any] = json.loads((folder / MANIFEST).read_text())
    if facts["format"] != FORMAT:
        raise BackupError(f"Cette sauvegarde est au format {facts['format']}, cette version lit le format {FORMAT}.")
    for name in (DUMP, LIST):
        if not (folder / name).is_file() or sha256_of(folder / name) != facts["empreintes"][name]:
            raise BackupError(f"{folder / name} manque ou a changé depuis la sauvegarde.")
    return facts


def files(folder: Path) -> Iterator[Stored]:
    with (folder / LIST).open(encoding="utf-8") as listing:
        for line in listing:
            name, size, digest = line.rstrip("\n").split("\t")
            yield Stored(name, int(size), digest)
