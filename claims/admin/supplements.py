"""Compléments: what the shop asks, and the expert's answer; on the dossier's page, and as a queue."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Case, QuerySet, When
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.adminlists import Column, ExportedList
from accounts.menus import Menu
from accounts.postedforms import PostedForms
from accounts.tenantadmin import TenantModelAdmin, actor_of
from accounts.validators import number_typed
from claims.admin.entrusting import MineFilter
from claims.admin.forms import said
from claims.forms.supplements import DecisionForm
from claims.models import Document, Dossier, Supplement
from claims.services.supplements import decide_supplement, may_decide
from claims.templatetags.display import amount as written


class Supplements(PostedForms):
    """Part of the dossier's page."""

    posts = {"complement": "decide"}
    post_menus = {"decide": Menu.SUPPLEMENTS}

    def supplements_of(self, request: HttpRequest, dossier: Dossier) -> dict[str, Any]:
        actor = actor_of(request)
        rows = Supplement.objects.visible_to(actor).filter(dossier=dossier).select_related("deposit", "pdf")
        found = list(rows.prefetch_related("deposit__documents").order_by("-number"))
        decides = may_decide(actor)
        forms = {
            row: DecisionForm(auto_id=f"complement{row.number}_%s") for row in found if decides and row.is_pending
        }
        return {"supplements": [(row, forms.get(row)) for row in found]}

    def decide(self, request: HttpRequest, dossier: Any) -> tuple[int, str]:
        rows = Supplement.objects.visible_to(actor_of(request)).filter(dossier=dossier)
        row = rows.filter(number=number_typed(request.POST.get("complement", ""))).first()
        if row is None:
            raise Http404
        return _decided(request, row)


def _decided(request: HttpRequest, row: Supplement) -> tuple[int, str]:
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return messages.ERROR, said(form)
    row = decide_supplement(row, actor=actor_of(request), **form.cleaned_data)
    return messages.SUCCESS, f"{row} {row.get_status_display()} : le réparateur en est averti."


COLUMNS: list[Column] = [
    ("Dossier", lambda row: row.dossier.reference),
    ("N°", lambda row: row.number),
    ("Réparateur", lambda row: row.establishment.name if row.establishment else ""),
    ("Demandé le", lambda row: timezone.localdate(row.asked_at)),
    ("Montant demandé HT", lambda row: row.amount_asked),
    ("Décision", lambda row: row.get_status_display()),
    ("Montant accepté HT", lambda row: row.amount_accepted),
    ("Motif", lambda row: row.reason),
]


@admin.register(Supplement)
class SupplementAdmin(ExportedList, PostedForms, TenantModelAdmin):
    """« Compléments à décider »: the longest waiting first; deciding one leads to the next."""

    menu = Menu.SUPPLEMENTS
    columns = COLUMNS
    file_name = "complements"
    view_menus = {"export": Menu.SUPPLEMENTS}
    list_display = ("dossier_link", "number_shown", "shop", "amount", "asked_on", "status")
    list_display_links = ("number_shown",)
    list_filter = ("status", MineFilter)
    list_select_related = ("dossier", "establishment")
    ordering = (Case(When(status=Supplement.Status.PENDING, then=0), default=1), "asked_at", "pk")
    search_fields = ("dossier__reference",)
    search_help_text = "N° de dossier"
    sortable_by = ()
    fields = (
        "dossier_link", "number", "shop", "asked_on", "sender_label", "amount_asked", "status", "amount_accepted",
        "reason", "decided_at", "decided_by", "read_at",
    )  # fmt: skip
    readonly_fields = ("dossier_link", "shop", "asked_on")
    posts = {"decider": "decide"}
    post_menus = {"decide": Menu.SUPPLEMENTS}
    change_form_template = "admin/claims/supplement/change_form.html"

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        row, actor = self.get_object(request, object_id), actor_of(request)
        papers = Document.objects.visible_to(actor).filter(deposit=row.deposit_id).order_by("pk")
        context = {
            "title": "Complément",
            "row": row,
            "papers": papers if row.deposit_id else [],
            "decision_form": DecisionForm(auto_id="decision_%s") if may_decide(actor) and row.is_pending else None,
            "left": self._queue(request).exclude(pk=row.pk).count(),
        }
        return super().change_view(request, object_id, form_url, context | (extra_context or {}))

    def decide(self, request: HttpRequest, row: Any) -> tuple[int, str]:
        return _decided(request, row)

    def after_post(self, request: HttpRequest, row: Any, *, done: bool) -> HttpResponse:
        following = self._queue(request).exclude(pk=row.pk).order_by("asked_at", "pk").first() if done else row
        if following is None:
            return redirect("admin:claims_supplement_changelist")
        return redirect("admin:claims_supplement_change", following.pk)

    def _queue(self, request: HttpRequest) -> "QuerySet[Supplement]":
        return Supplement.objects.visible_to(actor_of(request)).pending()

    @admin.display(description="dossier")
    def dossier_link(self, row: Supplement) -> SafeString:
        url = reverse("admin:claims_dossier_change", args=[row.dossier_id])
        return format_html('<a href="{}#complements">{}</a>', url, row.dossier.reference)

    @admin.display(description="complément")
    def number_shown(self, row: Supplement) -> str:
        return f"n° {row.number}"

    @admin.display(description="réparateur")
    def shop(self, row: Supplement) -> str:
        return row.establishment.name if row.establishment else "–"

    @admin.display(description="montant demandé")
    def amount(self, row: Supplement) -> str:
        return written(row.amount_asked) if row.amount_asked is not None else "–"

    @admin.display(description="demandé le")
    def asked_on(self, row: Supplement) -> str:
        return date_format(timezone.localtime(row.asked_at), "d/m/Y H:i")
