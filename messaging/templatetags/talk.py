"""The threads of a dossier, drawn in pages of other rooms."""

from typing import Any

from django import template

from accounts.menus import Menu
from accounts.scope import Actor
from claims.models import Dossier
from messaging.models import Thread

register = template.Library()

SHOWN = 50


@register.simple_tag(takes_context=True)
def threads_of(context: dict[str, Any], dossier: Dossier) -> list[Thread] | None:
    """Newest first; None for staff who do not read messages."""
    actor: Actor = context["request"].actor
    if not actor.opens(Menu.MESSAGES):
        return None
    return list(Thread.objects.visible_to(actor).filter(dossier=dossier).newest_first()[:SHOWN])
