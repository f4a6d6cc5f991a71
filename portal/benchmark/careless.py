"""The yardstick of the cabinet's list: Django's own admin as one would first register it, under the same policies."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from claims.models import Dossier


class PlainSite(admin.AdminSite):
    """Whoever is signed in: the policies of the database are the only fence."""

    def has_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_authenticated)


class PlainDossiers(admin.ModelAdmin):  # type: ignore[type-arg]
    """The columns of the portal's list, the search Django offers."""

    list_display = (
        "reference", "insured_name", "make", "plate", "establishment", "state", "mission_on", "claim_on",
        "expertise_on",
    )  # fmt: skip
    list_filter = ("state", "ve_procedure", "is_approved_repairer", "expertise_on")
    list_select_related = ("establishment",)
    search_fields = ("reference", "claim_number", "insured_name", "make", "model", "plate")
    ordering = ("-claim_on", "-pk")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True


site = PlainSite(name="simple")
site.register(Dossier, PlainDossiers)
