"""A statement that every page asks is planned once a connection, not once a page.

The one that enters a person's scope reads a dozen tables through their policies: planning it took 4.8 ms, running it
2.4. Everything else stays planned anew each time, as the best plan of a small shop is not that of a large one.
Behind PgBouncer in transaction mode this asks for `max_prepared_statements` (PgBouncer 1.21).
"""

from typing import Any, cast

import psycopg
from django.db import connection
from django.db.backends.utils import CursorWrapper


class PlannedCursor(psycopg.Cursor[Any]):
    """One whose statements the server keeps the plan of."""

    def execute(self, query: Any, params: Any = None, **_options: Any) -> "PlannedCursor":
        self.connection.prepare_threshold = 0  # None, Django's, refuses even what asks for it
        try:
            return super().execute(query, params, prepare=True)
        finally:
            self.connection.prepare_threshold = None


def planned_cursor() -> CursorWrapper:
    """Django's own cursor in all else: counted, wrapped, its errors Django's."""
    connection.ensure_connection()
    return cast("CursorWrapper", connection._prepare_cursor(PlannedCursor(cast("Any", connection.connection))))  # type: ignore[attr-defined]
