"""Compléments on the dossier's page: what the shop asks, and the expert's answer."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest

from accounts.menus import Menu
from accounts.tenantadmin import actor_of
from claims.admin.forms import said
from claims.admin.workspace import PostedForms
from claims.forms.supplements import DecisionForm
from claims.models import Dossier, Supplement
from claims.services.supplements import decide_supplement, may_decide


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
        number = request.POST.get("complement", "")
        rows = Supplement.objects.visible_to(actor_of(request)).filter(dossier=dossier)
        row = (
            rows.filter(number=int(number)).first()
            if number.isascii() and number.isdigit() and len(number) < 5
            else None
        )
        if row is None:
            raise Http404
        form = DecisionForm(request.POST)
        if not form.is_valid():
            return messages.ERROR, said(form)
        row = decide_supplement(row, actor=actor_of(request), **form.cleaned_data)
        return messages.SUCCESS, f"{row} {row.get_status_display()} : le réparateur en est averti."
