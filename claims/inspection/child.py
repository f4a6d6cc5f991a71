"""The child: sets its own limits, does one task, writes its answer; whatever it raises, it ends in order."""

import ctypes
import json
import resource
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

MEMORY = 1536 * 1024 * 1024  # bytes of address space: a photo of 50 million pixels needs about 700 MB
PROCESSOR = 20  # seconds
LARGEST_FILE = 80 * 1024 * 1024  # bytes it may write
DESCRIPTORS = 64
PR_SET_PDEATHSIG = 1


def limit() -> None:
    """Before any library is loaded."""
    for what, much in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, PROCESSOR),
        (resource.RLIMIT_FSIZE, LARGEST_FILE),
        (resource.RLIMIT_NOFILE, DESCRIPTORS),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (much, much))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def _tasks() -> dict[str, Callable[[dict[str, Any]], dict[str, Any]]]:
    from claims.inspection import examine, logos, merge  # noqa: PLC0415 -- after the limits

    return {"examine": examine.examine, "logo": logos.draw, "merge": merge.merge}


def main() -> None:
    limit()
    order = json.loads(Path("order.json").read_text())
    found = _tasks()[order["task"]](order)
    Path("answer.json").write_text(json.dumps(found))
