"""Announcements, written: the network's to everybody, a cabinet's to its shops and its own people."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse

from accounts.menus import Menu
from accounts.tenantadmin import STAFF_KINDS, TenantModelAdmin
from messaging.admin.previews import previews_link
from messaging.models import Announcement
from messaging.services.announcements import forget_readings

if TYPE_CHECKING:
    from django.db.models import QuerySet


@admin.register(Announcement)
class AnnouncementAdmin(TenantModelAdmin):
    """A cabinet sees and changes its own only; the network's are read on the first page and on « Mises à jour »."""

    menu = Menu.SETTINGS
    adders = changers = deleters = STAFF_KINDS
    list_display = ("title", "audience", "cabinet", "published_from", "published_until")
    list_filter = ("audience", "cabinet")
    list_select_related = ("cabinet",)
    search_fields = ("title",)
    ordering = ("-published_from", "-pk")
    fields = ("cabinet", "audience", "title", "text", "published_from", "published_until")

    def delete_model(self, request: HttpRequest, obj: Announcement) -> None:
        forget_readings([obj])
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: "QuerySet[Announcement]") -> None:
        forget_readings(queryset)
        super().delete_queryset(request, queryset)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, previews_link(request) | (extra_context or {}))
