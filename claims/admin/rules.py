"""How a cabinet follows its dossiers, set by its own staff."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from accounts.menus import Menu
from accounts.tenantadmin import STAFF_KINDS, TenantModelAdmin
from claims.models import CabinetRules
from claims.services.expectations import decide_again


@admin.register(CabinetRules)
class CabinetRulesAdmin(TenantModelAdmin):
    """One row a cabinet, made with it: changed, never added nor removed."""

    menu = Menu.SETTINGS
    changers = STAFF_KINDS
    list_display = ("cabinet", "documents_days", "invoice_days", "reminder_every", "reminder_times")
    list_select_related = ("cabinet",)
    readonly_fields = ("cabinet",)
    fieldsets = (
        (None, {"fields": ("cabinet",)}),
        (
            "Délais laissés au réparateur, en jours ouvrés de son département",
            {"fields": ("remote_days", "visit_days", "documents_days", "invoice_days")},
        ),
        ("Relances", {"fields": ("reminder_every", "reminder_times")}),
        ("Prolongations", {"fields": ("extension_days", "extension_times")}),
        ("Choix entre distance et terrain", {"fields": ("visit_threshold", "visit_rule")}),
        ("Conservation", {"fields": ("retention_years",)}),
    )

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """New delays hold for what is expected already."""
        super().save_model(request, obj, form, change)
        decide_again(obj.cabinet_id)
