"""Whom the shops call for what: written by the cabinet."""

from django.contrib import admin

from accounts.menus import Menu
from accounts.tenantadmin import STAFF_KINDS, TenantModelAdmin
from claims.models import Contact


@admin.register(Contact)
class ContactAdmin(TenantModelAdmin):
    """A directory by role; the order is the cabinet's, what a dossier's state asks about comes before it."""

    menu = Menu.SETTINGS
    adders = changers = deleters = STAFF_KINDS
    list_display = ("topic", "role", "name", "phone", "email", "hours", "insurer_code", "department", "position")
    list_filter = ("topic",)
    search_fields = ("role", "name", "phone", "email")
    ordering = ("position", "pk")
    fields = (
        "cabinet", "topic", "role", "name", "phone", "email", "hours", "insurer_code", "department", "position",
    )  # fmt: skip
