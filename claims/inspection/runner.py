"""Have a file looked at by a child process that may neither grow, nor last, nor fill the disk, nor outlive us."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
START = "import sys; sys.path.insert(0, sys.argv[1]); from claims.inspection.child import main; main()"
PATIENCE = 40  # seconds by the clock; the child's own limit of processor time is shorter
LONGEST_ANSWER = 1_000_000  # bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """What the child said; `ok` False: it died, took too long or raised, which is a verdict like another."""

    ok: bool
    found: dict[str, Any]
    folder: Path

    def output(self, name: str) -> Path | None:
        """A file the child made."""
        path = self.folder / name
        return path if path.is_file() and not path.is_symlink() and path.stat().st_size else None


@contextmanager
def asked(task: str, *files: Path | bytes, **options: Any) -> Iterator[Answer]:
    """Give the files to a child that does `task` in a folder of its own, which is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="examen-") as name:
        folder = Path(name)
        for number, file in enumerate(files):
            (folder / f"in{number}").write_bytes(file if isinstance(file, bytes) else file.read_bytes())
        order = {"task": task, "files": len(files), **options}
        (folder / "order.json").write_text(json.dumps(order))
        ended = _run(folder)
        answer = folder / "answer.json"
        found = _read(answer) if ended else None
        yield Answer(found is not None, found or {}, folder)


def _run(folder: Path) -> bool:
    child = subprocess.Popen(  # noqa: S603 -- our own interpreter and text
        [sys.executable, "-I", "-c", START, str(ROOT)],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": str(folder), "TMPDIR": str(folder)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        return child.wait(PATIENCE) == 0
    except subprocess.TimeoutExpired:
        return False
    finally:
        child.kill()
        child.wait()


def _read(path: Path) -> dict[str, Any] | None:
    try:
        if path.stat().st_size > LONGEST_ANSWER:
            return None
        found = json.loads(path.read_text())
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None
