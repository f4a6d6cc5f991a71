"""Links of mails."""

from typing import Any

from django.conf import settings
from django.urls import reverse


def address(name: str, *args: Any) -> str:
    """An absolute link; its host is the setting's, never one that a request brought along."""
    return f"{settings.BASE_URL}{reverse(name, args=args)}"
