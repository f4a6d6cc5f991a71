"""From the list of dossiers: mine or all, and entrusting several at once."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from accounts.menus import Menu
from accounts.models import CabinetMember
from accounts.scope import Kind
from accounts.tenantadmin import actor_of
from accounts.validators import number_typed
from claims.models import Dossier
from claims.services.assignments import entrust_dossiers, mine, withdraw_dossiers

if TYPE_CHECKING:
    from accounts.tenantadmin import TenantModelAdmin as _Admin
else:
    _Admin = object


class MineFilter(admin.SimpleListFilter):
    """All that one sees, or one's own dossiers' (ASP-34); `path` leads from a row to its dossier."""

    title = "suivi"
    parameter_name = "suivi"
    path = "dossier"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("moi", "Mes dossiers")] if actor_of(request).kind == Kind.STAFF else []

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() != "moi":
            return queryset
        return queryset.filter(**{f"{self.path}__in": mine(actor_of(request)).values("pk")})


class MyDossiersFilter(MineFilter):
    path = "pk"


class Entrusting(_Admin):
    """Dossiers chosen in the list are entrusted to somebody, or taken back."""

    def has_entrust_permission(self, request: HttpRequest) -> bool:
        return actor_of(request).opens(Menu.STAFF)

    @admin.action(description="Confier ou retirer les dossiers choisis", permissions=["entrust"])
    def entrust_selected(self, request: HttpRequest, queryset: "QuerySet[Dossier]") -> HttpResponse | None:
        dossiers, actor = list(queryset.order_by("pk")), actor_of(request)
        cabinets = {dossier.cabinet_id for dossier in dossiers}
        people = CabinetMember.objects.visible_to(actor).filter(cabinet__in=cabinets, left_at=None)
        people = people.exclude(role=CabinetMember.Role.MANAGER).select_related("user").order_by("user__full_name")
        chosen = people.filter(pk=number_typed(request.POST.get("member", ""))).first()
        if chosen is None:
            context = {**self.admin_site.each_context(request), "title": "Confier des dossiers", "opts": self.opts}
            context |= {"dossiers": dossiers, "people": people, "checkbox": ACTION_CHECKBOX_NAME}
            return TemplateResponse(request, "admin/claims/dossier/entrust.html", context)
        if request.POST.get("how") == "retirer":
            count = withdraw_dossiers(chosen, [dossier.pk for dossier in dossiers], actor=actor)
        else:
            count = entrust_dossiers(chosen, dossiers, actor=actor)
        said = "retirés à" if request.POST.get("how") == "retirer" else "confiés à"
        self.message_user(request, f"Dossiers {said} {chosen.user} : {count}.", messages.SUCCESS)
        return None
