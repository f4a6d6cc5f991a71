"""Guided photos on the cabinet's side: the list of views it wants, and the sets shops have sent."""

from typing import Any

from django.contrib import admin
from django.db.models import Prefetch
from django.http import HttpRequest

from accounts.menus import Menu
from accounts.tenantadmin import EVENT_LABELS, STAFF_KINDS, TenantModelAdmin, actor_of
from claims.models import Dossier, Shot, ShotKind, ShotSet
from claims.services.shots import Fact

EVENT_LABELS[Fact.SHOTS_SENT] = "Photos envoyées à l’expert"


@admin.register(ShotKind)
class ShotKindAdmin(TenantModelAdmin):
    """What shops are asked to photograph; a set that has begun keeps the list it began with."""

    menu = Menu.SETTINGS
    adders = changers = deleters = STAFF_KINDS
    list_display = ("label", "position", "drawing", "is_required", "advice")
    list_filter = ("is_required", "cabinet")
    ordering = ("cabinet", "position", "pk")
    sortable_by = ()
    fields = ("cabinet", "position", "label", "advice", "drawing", "is_required")


def sets_of(request: HttpRequest, dossier: Dossier) -> dict[str, Any]:
    """The sets of a dossier, the newest first; of one in preparation only that it is."""
    actor = actor_of(request)
    shots = Shot.objects.visible_to(actor).exclude(document=None).select_related("document").order_by("position", "pk")
    rows = ShotSet.objects.visible_to(actor).filter(dossier=dossier).select_related("deposit", "book")
    return {"shot_sets": list(rows.prefetch_related(Prefetch("shots", shots, "taken")).order_by("-pk"))}
