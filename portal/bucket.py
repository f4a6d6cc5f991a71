"""Private files in a bucket of an S3-compatible store (extra `s3`), for portals on several machines.

Nobody but the portal reaches the bucket: files leave through the view that authorised it, piece by piece, and have no
address. What is in memory at once never grows with a file.
"""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

from boto3.exceptions import Boto3Error
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.files.base import File
from storages.backends.s3 import S3Storage

from accounts.privatefiles import Held
from portal.storage import Private

BLOCK = 1 << 20  # bytes
IN_MEMORY = 1 << 20  # bytes of a file being read; a larger one waits on this machine's disk
BESIDE = ".morceaux/"  # an upload's pieces lie beside it until it is whole
ABSENT = {"404", "NoSuchKey"}
F = TypeVar("F", bound=Callable[..., Any])


def told(act: F) -> F:
    """The store's troubles as those of a disk, which callers know."""

    @wraps(act)
    def telling(self: Any, *arguments: Any, **named: Any) -> Any:
        try:
            return act(self, *arguments, **named)
        except ClientError as problem:
            if problem.response.get("Error", {}).get("Code") in ABSENT:
                raise FileNotFoundError("not in the bucket") from problem
            raise OSError("the bucket refused") from problem
        except (BotoCoreError, Boto3Error) as problem:
            raise OSError("the bucket does not answer") from problem

    return telling  # type: ignore[return-value]


class BucketStorage(Private, S3Storage):  # type: ignore[misc]
    """`accounts.privatefiles.Store` in a bucket."""

    serves_ranges = True

    save, exists, listdir = told(S3Storage.save), told(S3Storage.exists), told(S3Storage.listdir)

    @told
    def size(self, name: str) -> int:
        return int(self._object(name).content_length)

    @told
    def open(self, name: str, mode: str = "rb") -> "File[bytes]":
        """The whole file, on this machine while it is read."""
        if mode != "rb":
            message = "Files of the bucket are read, or saved whole."
            raise ValueError(message)
        content = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 -- closed by who asked for it
        try:
            self._object(name).download_fileobj(content)
        except BaseException:
            content.close()
            raise
        content.seek(0)
        return File(content, name=name)

    @told
    def delete(self, name: str) -> None:
        """With the pieces of an upload that never was whole."""
        super().delete(name)
        self.settle(name)

    @told
    def append(self, name: str, offset: int, piece: bytes) -> None:
        """Each piece is an object named after its place; the same place written again is the last one's."""
        self._object(f"{name}{BESIDE}{offset:012}").put(Body=piece)

    @told
    def complete(self, name: str) -> None:
        """Joined in the order of their places, as far as each begins where the one before ended."""
        with tempfile.SpooledTemporaryFile(IN_MEMORY) as whole:
            for part in self.bucket.objects.filter(Prefix=f"{name}{BESIDE}"):
                if int(part.key.rpartition("/")[2]) == whole.tell():
                    shutil.copyfileobj(part.get()["Body"], whole, BLOCK)
            whole.seek(0)
            self._object(name).upload_fileobj(whole)

    @told
    def settle(self, name: str) -> None:
        self.bucket.objects.filter(Prefix=f"{name}{BESIDE}").delete()

    @told
    def take(self, path: Path, name: str) -> None:
        """Whole or not at all, as a bucket shows nothing of an upload that was not completed."""
        self._object(name).upload_file(str(path))
        path.unlink()

    def workshop(self, folder: str) -> Path:
        found = Path(settings.DATA_DIR) / "atelier" / folder
        found.mkdir(mode=0o700, parents=True, exist_ok=True)
        return found

    @told
    def pieces(self, name: str, first: int, length: int) -> Iterator[bytes]:
        """Asked for now, read as the visitor takes it: a file that is lost is known before the first byte leaves."""
        found = self._object(name).get(Range=f"bytes={first}-{first + length - 1}") if length else None
        return found["Body"].iter_chunks(BLOCK) if found else iter(())

    @told
    def held(self) -> Iterator[Held]:
        """Without the pieces of uploads under way, which no row names."""
        kept = (one for one in self.bucket.objects.all() if BESIDE not in one.key)
        return iter([Held(one.key, one.size, one.last_modified.timestamp()) for one in kept])

    def _object(self, name: str) -> Any:
        return self.bucket.Object(name)
