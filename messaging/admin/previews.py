"""« Aperçu des e-mails »: what leaves in the cabinet's name, with invented data."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse

from accounts.menus import Menu
from accounts.tenantadmin import actor_of
from messaging.services import examples


def previews(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """All of them by name, and the one that `mail` names, as text and as its HTML part in a frame that may nothing."""
    actor = actor_of(request)
    if not _may(request):
        raise PermissionDenied
    shown = examples.shown_to(actor)
    chosen = request.GET.get("mail", "")
    if chosen and chosen not in shown:
        raise Http404
    rows = [{"event": event, "label": label, "topic": examples.topic_label(event)} for event, label in shown.items()]
    context |= {
        "title": "Aperçu d’un e-mail" if chosen else "Aperçu des e-mails",
        "mails": sorted(rows, key=lambda row: row["label"].casefold()),
        "chosen": chosen,
        "mail": examples.preview(chosen, cabinet=next(iter(actor.cabinets), None)) if chosen else None,
    }
    return TemplateResponse(request, "admin/messaging/previews.html", context)


def previews_link(request: HttpRequest) -> dict[str, str]:
    """For the lists that lead there."""
    return {"previews_url": reverse("admin:messaging_notification_previews")} if _may(request) else {}


def _may(request: HttpRequest) -> bool:
    return actor_of(request).opens(Menu.SETTINGS)
