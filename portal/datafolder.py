"""The folder that holds everything a run writes: its lock, secrets, sockets, logs and records."""

import fcntl
import hashlib
import json
import os
import re
import secrets
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

# A Unix socket's path takes 107 bytes at most, Postgres's own name included; and no sign that an address must quote.
SOCKET_FOLDER = re.compile(r"[A-Za-z0-9_./+-]{1,85}")


class StartError(Exception):
    """The portal cannot start; the text is a sentence for whoever started it."""

    def __init__(self, sentence: str, code: int = 1) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True)
class DataFolder:
    path: Path

    @property
    def log(self) -> Path:
        return self.path / "log"

    @property
    def run(self) -> Path:
        return self.path / "run"

    @property
    def secrets(self) -> Path:
        return self.path / "secrets"

    @property
    def environment(self) -> Path:
        """What `manage.py` reads to find the servers of this run."""
        return self.path / "environnement"

    @property
    def sockets(self) -> Path:
        """Beside the data, or in a private folder of the system's temporary one when that path is too long."""
        return self.run if SOCKET_FOLDER.fullmatch(str(self.run)) else self._short_folder

    @property
    def _short_folder(self) -> Path:
        parent = tempfile.gettempdir()
        if not SOCKET_FOLDER.fullmatch(parent + "/" * 25):
            parent = "/tmp"  # noqa: S108 -- the folder in it is made private, or refused
        return Path(parent) / f"portail-{hashlib.sha256(os.fsencode(self.path)).hexdigest()[:16]}"

    def prepare(self) -> None:
        """Make the folders, each closed to others; a folder that exists keeps its rights."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        for folder in (self.log, self.run, self.secrets):
            folder.mkdir(mode=0o700, exist_ok=True)

    def open_sockets(self) -> None:
        """The sockets' folder, empty: call it only when no server of ours runs."""
        folder = self.sockets
        folder.mkdir(mode=0o700, exist_ok=True)
        status = folder.lstat()
        if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid() or status.st_mode & 0o022:
            raise StartError(f"Le dossier {folder} appartient à quelqu’un d’autre : supprimez-le.")
        self._remove_sockets()

    def close_sockets(self) -> None:
        if self.sockets.is_dir():
            self._remove_sockets()
        if self.sockets != self.run:
            shutil.rmtree(self.sockets, ignore_errors=True)

    def _remove_sockets(self) -> None:
        shutil.rmtree(self.sockets / "pg", ignore_errors=True)
        (self.sockets / "valkey.sock").unlink(missing_ok=True)

    def secret(self, name: str) -> str:
        """A random value made once and kept; written whole or not at all."""
        kept = self.secrets / name
        if kept.is_file() and (value := kept.read_text().strip()):
            return value
        value = secrets.token_urlsafe(48)
        write_private(kept, value + "\n")
        return value

    @contextmanager
    def locked(self, address: str) -> Iterator[None]:
        """Hold the folder; the kernel lets go of it whatever way this process ends."""
        with (self.run / "supervisor.lock").open("a+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise StartError(self._holder(lock.name)) from None
            lock.truncate(0)
            lock.write(json.dumps({"pid": os.getpid(), "address": address}))
            lock.flush()
            yield

    def _holder(self, lock: str) -> str:
        try:
            holder = json.loads(Path(lock).read_text())
            return f"Le portail tourne déjà sur {self.path} : {holder['address']} (processus {holder['pid']})."
        except (OSError, ValueError, KeyError):
            return f"Le portail démarre déjà sur {self.path}."


def write_private(path: Path, text: str) -> None:
    """Replace a file by one that only this account can read, in one step."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    Path(temporary).replace(path)
