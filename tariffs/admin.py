"""The rates a cabinet received, and the network's list of payers."""

from datetime import date
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import F, QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.formats import date_format

from accounts.adminlists import confirmation, is_confirmed, report
from accounts.menus import Menu
from accounts.postedforms import PostedForms
from accounts.tenantadmin import EVENT_LABELS, NETWORK_ONLY, TenantModelAdmin, actor_of, journal_of
from accounts.waiting import Queue, announce
from tariffs import cells, services, sheets
from tariffs.columns import COLUMNS
from tariffs.models import DefaultPayer, TariffVersion, Transmission
from tariffs.services import Fact, history

EVENT_LABELS.update(
    {
        Fact.TARIFF_SENT: "Grille envoyée",
        Fact.TARIFF_RECEIVED: "Grille reçue",
        Fact.TARIFF_RESENT: "Accusé de réception redemandé",
        Fact.TARIFF_ACKNOWLEDGED: "Réception accusée",
    }
)
FILES = {"csv": sheets.all_csv, "xlsx": sheets.all_xlsx}


class AcknowledgedFilter(admin.SimpleListFilter):
    title = "accusé de réception"
    parameter_name = "accuse"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("non", "À accuser"), ("oui", "Accusée")]

    def queryset(self, request: HttpRequest, queryset: Any) -> "QuerySet[Transmission]":
        wanted = {"non": True, "oui": False}.get(self.value() or "")
        found: QuerySet[Transmission] = queryset if wanted is None else queryset.filter(acknowledged_at__isnull=wanted)
        return found


@admin.register(Transmission)
class TransmissionAdmin(PostedForms, TenantModelAdmin):
    """Read, compared with the shop's version before it, acknowledged once, exported."""

    menu = Menu.TARIFFS
    list_display = ("establishment", "version_shown", "make_shown", "applies_shown", "sent_at", "acknowledged_at")
    list_filter = (AcknowledgedFilter, "sent_at", "cabinet")
    list_select_related = ("establishment", "version")
    search_fields = ("establishment__name", "establishment__siret", "version__make")
    search_help_text = "Réparateur, SIRET, marque"
    ordering = (F("acknowledged_at").asc(nulls_first=True), "-sent_at", "-pk")
    sortable_by = ("sent_at",)
    fields = (
        "establishment", "cabinet", "version_shown", "make_shown", "applies_shown",
        "sent_at", "acknowledged_at", "acknowledged_by",
    )  # fmt: skip
    posts = {"accuser": "acknowledge"}
    post_menus = {"acknowledge": Menu.TARIFFS}
    actions = ("acknowledge_all",)
    change_form_template = "admin/tariffs/transmission/change_form.html"
    change_list_template = "admin/tariffs/transmission/change_list.html"

    def get_urls(self) -> list[URLPattern]:
        export = self.admin_site.admin_view(self.export)
        return [path("exporter/", export), *super().get_urls()]  # reached from its list, by a relative address

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        row, actor = self.get_object(request, object_id), actor_of(request)
        versions = TariffVersion.objects.visible_to(actor).of_site(row.establishment_id).with_rows()
        version = versions.get(pk=row.version_id)
        same_make = versions.filter(make_key=version.make_key, number__lt=version.number)
        earlier = same_make.newest_first().first()
        context = {
            "title": "Grille reçue",
            "columns": COLUMNS,
            "lines": history.compare(version, earlier),
            "earlier": earlier,
            "entries": journal_of(row, actor),
        }
        return super().change_view(request, object_id, form_url, context | (extra_context or {}))

    def acknowledge(self, request: HttpRequest, row: Transmission) -> tuple[int, str]:
        if services.acknowledge(row, actor=actor_of(request)):
            return messages.SUCCESS, "Réception accusée : le réparateur en est averti."
        return messages.WARNING, f"Déjà accusée par {row.acknowledged_by or 'un collègue'}."

    @admin.action(description="Accuser réception des grilles choisies")
    def acknowledge_all(self, request: HttpRequest, queryset: "QuerySet[Transmission]") -> HttpResponse | None:
        """Those that wait, after a confirmation: the shop reads that its rates are taken into account."""
        waiting = queryset.filter(acknowledged_at=None).select_related("version", "establishment")
        chosen: list[Any] = list(waiting.order_by("pk"))
        if not is_confirmed(request, chosen):
            title = "Accuser réception des grilles"
            return confirmation(self, request, chosen, title=title, verb="Accuser réception")
        actor = actor_of(request)
        late = [row for row in chosen if not services.acknowledge(row, actor=actor)]
        outcome = len(chosen) - len(late), [f"{row} : un collègue en avait accusé réception." for row in late]
        report(self, request, outcome, "Grilles dont la réception est accusée")
        return None

    def export(self, request: HttpRequest) -> FileResponse | HttpResponse:
        """Every rate in force on a day (`le`), or what was sent since one (`depuis`), as CSV or XLSX."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        kind = request.GET.get("format", "csv")
        since, on = _day(request, "depuis"), _day(request, "le") or timezone.localdate()
        rows = TariffVersion.objects.visible_to(actor_of(request)).select_related("site").with_rows()
        if since:
            versions = list(rows.filter(sent_at__date__gte=since).order_by("site__siret", "number"))
        else:
            versions = services.current(rows, on)
        kind = kind if kind in FILES else "csv"
        return FileResponse(FILES[kind](versions), as_attachment=True, filename=f"tarifs-{on.isoformat()}.{kind}")

    @admin.display(description="version")
    def version_shown(self, row: Transmission) -> str:
        return str(row.version.number)

    @admin.display(description="marque")
    def make_shown(self, row: Transmission) -> str:
        return row.version.make_label

    @admin.display(description="applicable le")
    def applies_shown(self, row: Transmission) -> str:
        return date_format(row.version.applies_on, "SHORT_DATE_FORMAT")


def _day(request: HttpRequest, name: str) -> date | None:
    try:
        return parse_date(request.GET.get(name, ""))
    except ValueError:
        return None


@admin.register(DefaultPayer)
class DefaultPayerAdmin(TenantModelAdmin):
    """The rows every new grid begins with."""

    menu = Menu.SETTINGS
    viewers = adders = changers = deleters = NETWORK_ONLY
    list_display = ("name", "position", "is_active")
    fields = ("name", "position", "is_active")

    def save_model(self, request: HttpRequest, obj: DefaultPayer, form: Any, change: bool) -> None:
        obj.key = cells.key(obj.name)
        super().save_model(request, obj, form, change)


announce(
    Queue(
        "Grilles tarifaires à accuser",
        Menu.TARIFFS,
        lambda actor: Transmission.objects.visible_to(actor).filter(acknowledged_at=None),
        "admin:tariffs_transmission_changelist",
        place=60,
        query={"accuse": "non"},
    )
)
