"""The letters of a day: when they come too late, and in what words. `services/digests.py` fills them as they leave."""

from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from messaging.links import address
from messaging.models import Digest
from messaging.telling.persons import themself

LATE_AFTER = timedelta(hours=4)  # a morning's letter says nothing useful in the afternoon
SHOWN_LINES = 40


def reader(digest: Digest) -> QuerySet[User]:
    return themself(digest.user_id)


def useless(digest: Digest) -> str:
    """Too late, or with nothing in it."""
    if timezone.now() - digest.created_at > LATE_AFTER:
        return "trop tard : le prochain résumé le dira"
    return "" if digest.lines_told or digest.waiting else "rien à annoncer"


def content(digest: Digest, _user: User) -> dict[str, Any]:
    """Counts, references and links, as they were found under the reader's own scope a moment ago."""
    lines = digest.lines_told
    return {
        "digest": digest,
        "lines": lines[:SHOWN_LINES],
        "count": len(lines),
        "more": max(0, len(lines) - SHOWN_LINES),
        "waiting": digest.waiting,
        "link": address("home"),
    }
