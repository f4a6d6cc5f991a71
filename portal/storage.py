"""Where files lie: private ones, only ever served by a view, and the static ones everybody may have."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage
from django.utils.functional import cached_property
from whitenoise.storage import CompressedManifestStaticFilesStorage

from accounts.privatefiles import Held


class Private:
    """Files without an address: asking for their URL is a mistake in the code."""

    def url(self, name: str | None) -> NoReturn:
        message = f"{name} is private: link to the view that serves it."
        raise ValueError(message)


class PrivateStorage(Private, FileSystemStorage):
    """In a folder of this machine, or one that several machines share (`accounts.privatefiles.Store`)."""

    serves_ranges = False

    def append(self, name: str, offset: int, piece: bytes) -> None:
        """Pieces are written at their place in the file itself."""
        with Path(self.path(name)).open("r+b") as file:
            file.seek(offset)
            file.truncate()
            file.write(piece)

    def complete(self, name: str) -> None:
        """It is."""

    def settle(self, name: str) -> None:
        """Nothing was needed."""

    def take(self, path: Path, name: str) -> None:
        """Whole or not at all, when `path` lies in the workshop."""
        target = Path(self.path(name))
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.replace(target)

    def workshop(self, folder: str) -> Path:
        """In the storage, so that taking is renaming."""
        found = Path(self.path(folder))
        found.mkdir(mode=0o700, parents=True, exist_ok=True)
        return found

    def pieces(self, name: str, first: int, length: int) -> Iterator[bytes]:
        with self.open(name) as file:
            file.seek(first)
            while length and (piece := file.read(min(1 << 20, length))):
                length -= len(piece)
                yield piece

    def held(self) -> Iterator[Held]:
        root = Path(self.location)
        for path in root.rglob("*"):
            if path.is_file():
                known = path.stat()
                yield Held(path.relative_to(root).as_posix(), known.st_size, known.st_mtime)


class HashedStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Static files under names that change with them; an `import` of a script follows to the new name."""

    support_js_module_import_aggregation = True

    def file_hash(self, name: str, content: "File[Any] | None" = None) -> str:
        """Eight characters tell two versions of a file apart; no page names twelve of them for each of its files."""
        return (super().file_hash(name, content) or "")[:8]

    @cached_property
    def _addresses(self) -> dict[str, str]:
        return {}

    def url(self, name: str, force: bool = False) -> str:
        """Django works the address out each time, from a manifest that is read once: a page asks for a dozen."""
        if force or name not in self._addresses:
            self._addresses[name] = super().url(name, force)
        return self._addresses[name]
