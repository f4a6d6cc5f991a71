"""What every page knows."""

from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest

from accounts import unsent
from accounts.http import ActorRequest
from messaging.models import Announcement
from messaging.services.announcements import shown_at_sign_in
from messaging.services.news import popped_up

OPENING = "dossiers"  # the page the portal opens on (EG-27): the news of the pop-up are shown there (EG-41)


def house(request: HttpRequest) -> dict[str, Any]:
    """Whether this is the demonstration network, so that the footer says so; what arrived since one last looked, and
    what was typed in vain.
    """
    opening = request.resolver_match is not None and request.resolver_match.url_name == OPENING
    asked = cast("ActorRequest", request)
    updates: list[Announcement] = shown_at_sign_in(asked) if opening else []
    return {
        "demo": settings.DEMO,
        "arrived": popped_up(asked) if opening else [],
        "updates": updates,
        "unsent": unsent.given_back(request) if _is_somebody(request) else [],
    }


def _is_somebody(request: HttpRequest) -> bool:
    """Pages that are the same for everybody, and errors met on the way in, know of no actor."""
    return hasattr(request, "actor") and request.actor.user_id is not None
