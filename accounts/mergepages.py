"""« Fusionner »: beside the row that is kept, the one made by mistake is looked for, shown, and taken in."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from accounts import scope
from accounts.exceptions import NotAllowed
from accounts.menus import Menu
from accounts.postedforms import PostedForms
from accounts.scope import System
from accounts.services.merging import obstacles, what_moves
from accounts.tenantadmin import actor_of, rows
from accounts.validators import number_typed

SHOWN = 20


class Merging(PostedForms):
    """Part of a page that only the network opens; `merge_rows` is the service that does it."""

    posts = {"fusionner": "merge"}
    post_menus = {"merge": Menu.SHOPS}
    view_menus: ClassVar[dict[str, Menu]] = {"merging": Menu.SHOPS}
    change_form_template = "admin/accounts/merged_form.html"
    add_form_template = "admin/change_form.html"
    merge_rows: ClassVar[Callable[..., Any]]

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_merging"
        return [
            path("<int:pk>/fusion/", self.admin_site.admin_view(self.merging_view), name=name),
            *super().get_urls(),
        ]

    def merging_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Look for the other, then see what would move, or why it may not."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        kept = self.get_object(request, str(pk))
        other = self._other(request, request.GET.get("autre", ""))
        sought = request.GET.get("q", "").strip()
        with scope.system(System.MERGE):
            found: dict[str, Any] = {"against": obstacles(kept, other), "moves": what_moves(other)} if other else {}
        context = {
            **self.admin_site.each_context(request),
            "title": f"Fusionner avec {kept}",
            "opts": self.opts,
            "kept": kept,
            "other": other,
            "sought": sought,
            "matches": self._matches(request, kept, sought) if sought else [],
            "post_url": reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_merge", args=[kept.pk]),
            **found,
        }
        return TemplateResponse(request, "admin/accounts/merging.html", context)

    def _matches(self, request: HttpRequest, kept: models.Model, sought: str) -> list[models.Model]:
        everybody = rows(self.model, actor_of(request)).exclude(pk=kept.pk)
        found, _ = self.get_search_results(request, everybody, sought)
        return list(found.order_by(*self.ordering or ("pk",))[:SHOWN])

    def _other(self, request: HttpRequest, key: str) -> Any:
        return rows(self.model, actor_of(request)).filter(pk=number_typed(key)).first()

    def merge(self, request: HttpRequest, kept: Any) -> tuple[int, str]:
        other = self._other(request, request.POST.get("autre", ""))
        if other is None:
            raise NotAllowed("La fusion a déjà été faite : rien n’a été changé.")
        named = str(other)
        type(self).merge_rows(kept, other, actor=actor_of(request), reason=request.POST.get("reason", ""))
        return messages.SUCCESS, f"« {named} » est fusionné : tout ce qui s’y rattachait est ici."

    def after_post(self, request: HttpRequest, row: Any, *, done: bool) -> HttpResponse:
        if done or self._other(request, request.POST.get("autre", "")) is None:
            return super().after_post(request, row, done=done)
        url = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_merging", args=[row.pk])
        return redirect(f"{url}?autre={int(request.POST['autre'])}")
