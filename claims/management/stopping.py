"""A command that is stopped says so in one sentence: Ctrl-C and the SIGTERM of a service manager alike."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from django.core.management.base import CommandError
from django.db import OperationalError

INTERRUPTED = 130  # 128 + SIGINT, what shells answer


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


@contextmanager
def stoppable(interrupted: str, unreachable: str) -> Iterator[None]:
    """Turn an interruption, or a lost database, into its sentence."""
    in_main = threading.current_thread() is threading.main_thread()
    before = signal.signal(signal.SIGTERM, _stop) if in_main else None
    try:
        yield
    except KeyboardInterrupt as problem:
        raise CommandError(interrupted, returncode=INTERRUPTED) from problem
    except OperationalError as problem:
        raise CommandError(unreachable) from problem
    finally:
        if in_main:
            signal.signal(signal.SIGTERM, before)
