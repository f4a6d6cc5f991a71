"""`migrate`, as the owner of the tables; the application's role then gets what it needs and no more.

A change of a table waits two seconds at most for whoever uses it: while it waits, everybody else waits behind it. Then
it steps back and tries again; each migration is a transaction, so that nothing is half done.
"""

import time
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import OperationalError, connections
from psycopg import sql
from psycopg.errors import LockNotAvailable

LOCK_TIMEOUT = "2s"
WAITS = (1, 2, 4, 8, 15)  # seconds between tries
READ_ONLY_TABLES = ("django_migrations",)
ADD_ONLY_TABLES = ("accounts_journalentry", "tariffs_tariffversion", "tariffs_tariffrate")


class Command(migrate.Command):
    """Django's own, through the connection `owner`."""

    def add_arguments(self, parser: Any) -> None:
        super().add_arguments(parser)
        parser.set_defaults(database="owner")

    def handle(self, *args: Any, **options: Any) -> None:
        if "owner" not in settings.DATABASES:
            raise CommandError(
                "La variable DATABASE_OWNER_URL est absente : les tables changent sous le rôle propriétaire."
            )
        self._migrate(*args, **options)
        grant_to_application(settings.DATABASES["default"]["USER"])

    def _migrate(self, *args: Any, **options: Any) -> None:
        for wait in (*WAITS, None):
            with connections["owner"].cursor() as cursor:
                cursor.execute(f"SET lock_timeout = '{LOCK_TIMEOUT}'")
            try:
                super().handle(*args, **options)
            except OperationalError as problem:
                if not isinstance(problem.__cause__, LockNotAvailable):
                    raise
                if wait is None:
                    raise CommandError(
                        "Une table est restée occupée : rien n'est à moitié fait. Relancez à une heure plus calme."
                    ) from problem
                self.stderr.write(f"Une table est occupée ; nouvel essai dans {wait} s.")
                time.sleep(wait)
            else:
                return


def grant_to_application(role: str) -> None:
    """Let the application's role read and write rows, add to the ledgers, and define nothing."""
    with connections["owner"].cursor() as cursor:
        for statement in (
            "GRANT USAGE ON SCHEMA public TO {}",
            "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {}",
            "GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {}",
            *(f"REVOKE INSERT, UPDATE, DELETE ON {table} FROM {{}}" for table in READ_ONLY_TABLES),
            *(f"REVOKE UPDATE, DELETE ON {table} FROM {{}}" for table in ADD_ONLY_TABLES),
        ):
            cursor.execute(sql.SQL(statement).format(sql.Identifier(role)))
