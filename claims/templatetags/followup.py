"""What is expected, drawn where it matters: beside a page's name, and first on the pages of a dossier."""

from typing import Any

from django import template
from django.db import DatabaseError
from django.utils import timezone

from accounts.scope import Actor, Kind, Right
from claims.models import DocumentRequest, Dossier
from claims.models.expectations import MOST_COUNTED, counted
from claims.services.requests import rules_of

register = template.Library()


@register.simple_tag
def todo_count(actor: Actor) -> str:
    """How many things wait; nothing on an error page whose transaction is broken."""
    if actor.kind != Kind.REPAIRER:
        return ""
    try:
        count = counted(actor.where(Right.VIEW))
    except DatabaseError:
        return ""
    return f"{MOST_COUNTED - 1}+" if count >= MOST_COUNTED else str(count or "")


@register.inclusion_tag("claims/_requests.html", takes_context=True)
def document_requests(context: dict[str, Any], dossier: Dossier) -> dict[str, Any]:
    """The cabinet's open requests about a dossier, first asked first."""
    actor: Actor = context["request"].actor
    requests = list(DocumentRequest.objects.visible_to(actor).filter(dossier=dossier).open().order_by("due_on", "pk"))
    may_extend = actor.kind == Kind.REPAIRER and actor.may(Right.DEPOSIT, dossier.establishment_id)
    most = rules_of(dossier.cabinet_id).extension_times if requests and may_extend else 0
    return {
        "requests": [(request, most - request.extensions) for request in requests],
        "dossier": dossier,
        "today": timezone.localdate(),
        "csrf_token": context.get("csrf_token", ""),
    }
