"""What every page knows."""

from django.conf import settings
from django.http import HttpRequest


def house(request: HttpRequest) -> dict[str, bool]:
    """Whether this is the demonstration network, so that the footer says so."""
    return {"demo": settings.DEMO}
