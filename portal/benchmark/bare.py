"""The second yardstick: a bare WSGI program that asks the list's own SQL and joins strings. No Django at all."""

import html
import json
import os
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import psycopg

_statements: list[tuple[str, list[Any]]] = json.loads(
    Path(os.environ.get("MESURE_STATEMENTS", "/dev/null")).read_text() or "[]"
)
_own = threading.local()


def _connection() -> Any:
    """One a thread, kept."""
    if not hasattr(_own, "connection"):
        _own.connection = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)
    return _own.connection


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """The rows of the last statement that answered several columns, escaped and joined."""
    rows: list[tuple[Any, ...]] = []
    connection = _connection()
    with connection.transaction():
        for text, params in _statements:
            cursor = connection.execute(text, params)
            found = cursor.fetchall() if cursor.description else []
            rows = found if len(cursor.description or ()) > 10 else rows
    lines = "".join(f"<tr>{''.join(f'<td>{html.escape(str(cell))}</td>' for cell in row[:24])}</tr>" for row in rows)
    body = f"<!doctype html><table>{lines}</table>".encode()
    start_response("200 OK", [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(body)))])
    return [body]
