"""A statement that every page asks is planned once a connection, not once a page.

The one that enters a person's scope reads a dozen tables through their policies: planning it took 4.8 ms, running it
2.4. Meant for statements whose text stays the same (`accounts/composed.py`) and which one plan serves best:
rows found by a key, or in the order of an index. What is searched or filtered stays planned anew each time.
Behind PgBouncer in transaction mode this asks for `max_prepared_statements` (PgBouncer 1.21), or `DATABASE_PLANS=non`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.backends.postgresql.base import ServerBindingCursor


@contextmanager
def planned() -> Iterator[None]:
    """Within the block the server binds the values and keeps the plans of what is asked (psycopg's `prepare`)."""
    if not settings.DATABASE_PLANS:
        yield
        return
    connection.ensure_connection()
    raw: Any = connection.connection
    factory, threshold = raw.cursor_factory, raw.prepare_threshold
    raw.cursor_factory, raw.prepare_threshold = ServerBindingCursor, 0
    try:
        yield
    finally:
        raw.cursor_factory, raw.prepare_threshold = factory, threshold
