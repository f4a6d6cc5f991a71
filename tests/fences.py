"""Take one fence away, so that the other is seen to stand alone."""

import pytest
from django.db import connection

from accounts import scope


def open_row_security(monkeypatch):
    """Let the database show every row to whoever is signed in, while `request.actor` stays who it is."""
    enter = scope._apply

    def enter_wide_open(wanted):
        found = enter(wanted)
        if wanted[0] == "user":
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('portal.all', 'tests', true)")
        return found

    monkeypatch.setattr(scope, "_apply", enter_wide_open)


@pytest.fixture
def first_fence_alone(monkeypatch):
    """`visible_to` and the admin's own scoping must hold without row-level security."""
    open_row_security(monkeypatch)
