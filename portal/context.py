"""What every page knows."""

from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest

from accounts.http import ActorRequest
from messaging.models import Announcement
from messaging.services.announcements import shown_at_sign_in
from messaging.services.news import popped_up

OPENING = "dossiers"  # the page the portal opens on (EG-27): the news of the pop-up are shown there (EG-41)


def house(request: HttpRequest) -> dict[str, Any]:
    """Whether this is the demonstration network, so that the footer says so; what arrived since one last looked."""
    opening = request.resolver_match is not None and request.resolver_match.url_name == OPENING
    asked = cast("ActorRequest", request)
    updates: list[Announcement] = shown_at_sign_in(asked) if opening else []
    return {"demo": settings.DEMO, "arrived": popped_up(asked) if opening else [], "updates": updates}
