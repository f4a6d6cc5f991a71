"""Whom to call back: the late first; each is closed by saying what came of the call."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Case, QuerySet, When
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.menus import Menu
from accounts.models import CabinetMember
from accounts.tenantadmin import EVENT_LABELS, TenantModelAdmin, actor_of, journal_of
from accounts.validators import display_mobile
from claims.admin.entrusting import MineFilter
from claims.admin.forms import said
from claims.admin.workspace import PostedForms
from claims.forms.callbacks import CallForm
from claims.models import CallBack
from claims.services.callbacks import Fact, note_call

EVENT_LABELS.update(
    {
        Fact.CALLBACK_ASKED: "Rappel demandé",
        Fact.CALLBACK_TRIED: "Appelé sans réponse",
        Fact.CALLBACK_DONE: "Rappelé",
        Fact.CALLBACK_WITHDRAWN: "Annulé par le réparateur",
    }
)
ROLES = {CabinetMember.Role.EXPERT: "un expert", CabinetMember.Role.CLERK: "un gestionnaire"}


class LateCallFilter(admin.SimpleListFilter):
    title = "en retard"
    parameter_name = "retard"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("oui", "En retard")]

    def queryset(self, request: HttpRequest, queryset: Any) -> "QuerySet[CallBack]":
        found: QuerySet[CallBack] = queryset.late() if self.value() == "oui" else queryset
        return found


@admin.register(CallBack)
class CallBackAdmin(PostedForms, TenantModelAdmin):
    """The number is shown here, to this cabinet alone, and only while somebody must be called."""

    menu = Menu.REQUESTS
    list_display = ("due_shown", "name", "phone_shown", "topic", "shop", "dossier_link", "for_whom", "state_shown")
    list_filter = ("state", MineFilter, LateCallFilter, "topic", "assignee", "cabinet")
    list_select_related = ("establishment", "dossier", "assignee__user")
    ordering = (Case(When(state=CallBack.State.OPEN, then=0), default=1), "due_at", "pk")
    search_fields = ("name", "dossier__reference")
    sortable_by = ("due_shown",)
    fields = (
        "name", "phone_shown", "topic", "note", "due_shown", "shop", "dossier_link", "for_whom", "asked_at",
        "state_shown", "tries", "tried_at", "outcome", "answer", "closed_at", "closed_by",
    )  # fmt: skip
    readonly_fields = ("phone_shown", "due_shown", "shop", "dossier_link", "for_whom", "state_shown")
    posts = {"appel": "call"}
    post_menus = {"call": Menu.REQUESTS}
    change_form_template = "admin/claims/callback/change_form.html"

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        row = self.get_object(request, object_id)
        context = {
            "title": "Demande de rappel",
            "call_form": CallForm(),
            "entries": journal_of(row, actor_of(request)),
        }
        return super().change_view(request, object_id, form_url, context | (extra_context or {}))

    def call(self, request: HttpRequest, row: CallBack) -> tuple[int, str]:
        form = CallForm(request.POST)
        if not form.is_valid():
            return messages.ERROR, said(form)
        row = note_call(row, actor=actor_of(request), **form.cleaned_data)
        if row.is_open:
            return messages.WARNING, "C’est noté : sans réponse, la demande reste à rappeler."
        return messages.SUCCESS, "C’est noté : le réparateur le voit, et son numéro est effacé."

    @admin.display(description="à rappeler avant", ordering="due_at")
    def due_shown(self, row: CallBack) -> str:
        day = f"{row.wanted_on:%d/%m/%Y}, {row.get_slot_display()}"
        return f"{day} – EN RETARD" if row.is_late else day

    @admin.display(description="numéro")
    def phone_shown(self, row: CallBack) -> str:
        return format_html('<a href="tel:{}">{}</a>', row.phone, display_mobile(row.phone)) if row.phone else "effacé"

    @admin.display(description="réparateur")
    def shop(self, row: CallBack) -> str:
        return row.establishment.name if row.establishment else "–"

    @admin.display(description="dossier")
    def dossier_link(self, row: CallBack) -> SafeString | str:
        if row.dossier is None:
            return "–"
        url = reverse("admin:claims_dossier_change", args=[row.dossier_id])
        return format_html('<a href="{}">{}</a>', url, row.dossier.reference)

    @admin.display(description="pour")
    def for_whom(self, row: CallBack) -> str:
        return str(row.assignee) if row.assignee else ROLES.get(CabinetMember.Role(row.role), "")

    @admin.display(description="état")
    def state_shown(self, row: CallBack) -> str:
        tried = f", essayé {row.tries} fois" if row.is_open and row.tries else ""
        return row.get_state_display() + tried
