"""Where a person is signed in, and how they sign out from afar."""

import time
from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from accounts import journal, scope
from accounts.models import User
from accounts.scope import Actor, System
from accounts.services.events import Event

SEEN_EVERY = 300  # seconds between two notes that a session is in use
_SEEN = "seen_at"  # kept in the session itself, so that looking costs no query


def sign_in_noted(request: HttpRequest, **_more: Any) -> None:
    """A session that just began was just seen: allauth has noted it."""
    request.session[_SEEN] = int(time.time())


def note_seen(request: HttpRequest) -> None:
    """Note now and then that a session is in use."""
    if time.time() - request.session.get(_SEEN, 0) > SEEN_EVERY:
        request.session[_SEEN] = int(time.time())
        UserSession.objects.create_from_request(request)


def move_session(request: HttpRequest, former: str | None) -> None:
    """A session went on under a new key, with its history."""
    UserSession.objects.filter(session_key=former).update(session_key=request.session.session_key)


def sessions_of(user_id: int) -> QuerySet[UserSession]:
    """The open ones, the last seen first."""
    alive = Session.objects.filter(expire_date__gt=timezone.now()).values("session_key")
    rows: QuerySet[UserSession] = UserSession.objects.filter(user=user_id, session_key__in=alive)
    return rows.order_by("-last_seen_at", "-pk")


def end_sessions(rows: QuerySet[UserSession], user: User, *, actor: Actor) -> int:
    """Close these sessions: their next request is nobody's. The number of those that were noted."""
    ended = forget_sessions(rows.filter(user=user))
    if ended:
        with scope.system(System.ACCOUNT):
            journal.record(user, Event.SESSIONS_ENDED, actor=actor, sessions=ended)
    return ended


def forget_sessions(rows: QuerySet[UserSession]) -> int:
    keys = list(rows.values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    UserSession.objects.filter(session_key__in=keys).delete()
    return len(keys)
