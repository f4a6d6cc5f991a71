"""What the portal asks of the place private files lie in, beyond Django's storage: on a disk or in a bucket alike."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, cast

from django.core.files.base import File
from django.core.files.storage import default_storage


@dataclass(frozen=True, slots=True)
class Held:
    """One stored file."""

    name: str
    size: int  # bytes
    changed: float  # seconds since 1970


class Store(Protocol):
    """Every name is a key, with `/` between its parts. `FileNotFoundError` when it is not there, else `OSError`."""

    serves_ranges: bool  # `pieces` is how a file leaves; else the file itself is given to the server

    def append(self, name: str, offset: int, piece: bytes) -> None:
        """Put a piece where the file stands; what a request that failed had put there or beyond is forgotten."""

    def complete(self, name: str) -> None:
        """The last piece is there: the file can be read. Done twice, it is the same."""

    def settle(self, name: str) -> None:
        """What was needed to complete it is needed no more; called once that is certain."""

    def take(self, path: Path, name: str) -> None:
        """Move a file of this machine in, in place of what was there."""

    def workshop(self, folder: str) -> Path:
        """Where on this machine files are made before they are taken."""

    def pieces(self, name: str, first: int, length: int) -> Iterator[bytes]: ...

    def held(self) -> Iterator[Held]: ...

    def exists(self, name: str) -> bool: ...

    def size(self, name: str) -> int: ...

    def open(self, name: str) -> "File[bytes]": ...


def store() -> Store:
    """The one of the settings."""
    return cast("Store", default_storage)
