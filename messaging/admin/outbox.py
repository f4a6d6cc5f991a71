"""The outbox, to be read: what was to be told, and whether it was."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path

from accounts.menus import Menu
from accounts.scope import Kind
from accounts.tenantadmin import EVENT_LABELS, TenantModelAdmin, actor_of
from messaging.admin.previews import previews, previews_link
from messaging.models import Notification
from messaging.services import channels
from messaging.topics import LetterFact

EVENT_LABELS.update(
    {
        channels.CHANGED: "Choix de notification",
        "deposit_arrived": "Envoi reçu d’un réparateur",
        "document_infected": "Fichier refusé par l’antivirus",
        "receipt_issued": "Accusé de réception",
        "reminder_letter": "Relance",
        "scan_delayed": "Antivirus en retard",
        "supplement_asked": "Complément demandé",
        "supplement_answered": "Réponse au complément",
        LetterFact.MORNING_DIGEST: "Résumé du matin",
        LetterFact.EVENING_DIGEST: "Ce qui reste en fin de journée",
    }
)


@admin.register(Notification)
class NotificationAdmin(TenantModelAdmin):
    """To a cabinet a recipient is a shop; the person and the address are for the network alone."""

    menu = Menu.STATISTICS
    view_menus = {"previews": Menu.SETTINGS}
    list_display = ("created_at", "event_shown", "establishment", "cabinet", "state", "attempts", "sent_at", "reason")
    list_display_links = ("created_at", "event_shown")
    list_filter = ("state", "cabinet", "created_at")
    list_select_related = ("establishment", "cabinet")
    ordering = ("-pk",)
    sortable_by = ()

    def get_urls(self) -> list[URLPattern]:
        own = path("apercus/", self.admin_site.admin_view(self.previews), name="messaging_notification_previews")
        return [own, *super().get_urls()]

    def previews(self, request: HttpRequest) -> HttpResponse:
        return previews(request, self.admin_site.each_context(request))

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, previews_link(request) | (extra_context or {}))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        shown = ["event_shown", "establishment", "cabinet", "state", "reason", "attempts"]
        shown += ["created_at", "not_before", "sent_at"]
        return [*shown, "recipient", "key"] if actor_of(request).kind == Kind.NETWORK else shown

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The row's own name is its key, which names the recipient: the page's title says the event instead."""
        row = self.get_object(request, object_id)
        context = {"subtitle": self.event_shown(row), "original": self.event_shown(row)}
        return super().change_view(request, object_id, form_url, context | (extra_context or {}))

    @admin.display(description="évènement")
    def event_shown(self, row: Notification) -> str:
        return EVENT_LABELS.get(row.event, row.event)
