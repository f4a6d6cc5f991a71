"""Run in the benchmark's base: what each page asks of the database. `python -m portal.benchmark.inside FILE`.

The statements of the list are kept too: the bare yardstick asks the same.
"""

import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import django

REPEATS = 40


def main(target: str) -> None:
    """Write {"pages": {who: {label: path}}, "sql": {who: {label: [n, median ms, p95 ms]}}, "statements": …}."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
    from django.contrib.auth import get_user_model  # noqa: PLC0415 -- needs loaded apps
    from django.test import Client  # noqa: PLC0415 -- needs loaded apps

    from portal.benchmark.fill import LARGEST, MEDIAN, STAFF  # noqa: PLC0415 -- needs loaded apps
    from portal.benchmark.pages import STAFF_PAGES, pages_of  # noqa: PLC0415 -- needs loaded apps

    found: dict[str, Any] = {"pages": {}, "sql": {}, "statements": {}}
    for who in (MEDIAN, LARGEST):
        user = get_user_model().objects.get(email=who)
        client = Client(HTTP_HOST="localhost")
        client.force_login(user)
        pages = found["pages"][who] = pages_of(user.pk)
        found["sql"][who] = {label: _cost(partial(client.get, path)) for label, path in pages.items()}
        found["statements"][who] = _statements(partial(client.get, pages["liste"]))
    client = Client(HTTP_HOST="localhost")
    client.force_login(get_user_model().objects.get(email=STAFF))
    found["sql"][STAFF] = {label: _cost(partial(client.get, path)) for label, path in STAFF_PAGES.items()}
    Path(target).write_text(json.dumps(found, default=str))


def _statements(act: Callable[[], Any]) -> list[tuple[str, Any]]:
    from django.db import connection  # noqa: PLC0415 -- needs loaded apps

    asked: list[tuple[str, Any]] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        asked.append((sql, list(params or ())))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        act()
    return asked


def _cost(act: Callable[[], Any]) -> list[float]:
    """Number of statements, and the median and p95 of the time a page spends in them, in milliseconds."""
    from django.db import connection  # noqa: PLC0415 -- needs loaded apps

    spent: list[float] = []

    def clock(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            spent.append((time.perf_counter() - began) * 1000)

    act()
    totals = []
    with connection.execute_wrapper(clock):
        for _ in range(REPEATS):
            spent.clear()
            for _ in getattr(act(), "streaming_content", ()):
                pass
            totals.append(sum(spent))
    return [len(spent), statistics.median(totals), sorted(totals)[int(REPEATS * 0.95)]]


if __name__ == "__main__":
    main(sys.argv[1])
