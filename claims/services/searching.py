"""The upkeep of the search's index."""

from django.db import connection


def settle() -> int:
    """Sort in the entries that wait beside the index; how many pages of them there were.

    PostgreSQL puts new entries on a list that every search reads to its end, and sorts them in when autovacuum comes
    by: after an import that is a fifth of the table away.
    https://www.postgresql.org/docs/current/gin.html#GIN-FAST-UPDATE
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT settle_search()")
        (pages,) = cursor.fetchone() or (0,)
    return int(pages)
