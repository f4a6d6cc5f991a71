"""Sessions in the database, read by a statement whose text and plan are kept: every page begins with it."""

from django.contrib.sessions.backends import db
from django.db import connection
from django.utils import timezone

from accounts.planned import planned

READ = "SELECT session_data, expire_date FROM django_session WHERE session_key = %s AND expire_date > %s"


class SessionStore(db.SessionStore):
    """What Django's does, at about a third of its cost."""

    def _get_session_from_db(self) -> "db.Session | None":  # type: ignore[name-defined]
        with planned(), connection.cursor() as cursor:
            cursor.execute(READ, [self.session_key, timezone.now()])
            found = cursor.fetchone()
        if found is None:
            self._session_key = None
            return None
        return self.model(self.session_key, *found)  # type: ignore[misc]
