"""The staff's admin site: the portal's own door, what waits first, and nothing that is not scoped."""

from functools import update_wrapper
from typing import Any, cast

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest, ImproperlyConfigured
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.http import urlencode

from accounts.http import ActorRequest
from accounts.menus import Menu
from accounts.scope import Actor, Kind, TenantModel, hold_rights
from accounts.secondfactor import must_set_up
from accounts.tenantadmin import STAFF_KINDS, TenantModelAdmin, actor_of
from accounts.validators import number_typed
from accounts.waiting import Queue, counts, queues_for, steps_for
from claims.services.assignments import mine
from messaging.services.announcements import unread_updates

# Left out: the forms that sign in and change a password are the portal's; « view on site » answers for any row's key.
CLOSED_DOORS = frozenset({"login", "password_change", "password_change_done", "view_on_site"})


class StaffAdminSite(admin.AdminSite):
    """The admin, signed in to through the portal's own page."""

    site_title = "Administration du portail"
    site_header = "Portail Réparateurs – administration"
    index_title = "Ce qui vous attend"
    site_url = None
    enable_nav_sidebar = False  # the lists need the width
    empty_value_display = "–"

    def has_permission(self, request: HttpRequest) -> bool:
        return actor_of(request).kind in STAFF_KINDS

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Take only registrations that inherit `TenantModelAdmin`; what other packages bring stays out."""
        scoped = isinstance(admin_class, type) and issubclass(admin_class, TenantModelAdmin)
        models = [model_or_iterable] if isinstance(model_or_iterable, type) else list(model_or_iterable)
        if scoped:
            super().register(models, admin_class, **options)
        elif any(issubclass(model, (TenantModel, get_user_model())) for model in models):
            raise ImproperlyConfigured(f"{admin_class} must inherit accounts.tenantadmin.TenantModelAdmin.")

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> Any:
        """Made when a template reads it: only the index shows every menu, and its addresses cost each page 5 ms."""
        return SimpleLazyObject(lambda: super(StaffAdminSite, self).get_app_list(request, app_label))

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        guarded = super().admin_view(view, cacheable)

        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            typed = (text for _, texts in request.POST.lists() for text in texts)
            if "%00" in request.META["QUERY_STRING"] or any("\0" in str(text) for text in typed):
                raise BadRequest  # nobody types it, and PostgreSQL takes none
            if must_set_up(actor_of(request), request.user):
                return redirect("mfa_index")
            if request.method == "POST" and actor_of(request).kind == Kind.STAFF:
                cast("ActorRequest", request).actor = hold_rights(actor_of(request), changing=_colleague(request))
            if self.has_permission(request):
                return guarded(request, *args, **kwargs)
            return self._turned_away(request)

        return login_not_required(update_wrapper(inner, view))

    def _turned_away(self, request: HttpRequest) -> HttpResponse:
        """Somebody signed in would be sent back here by the sign-in page: for them there is no such page."""
        if request.user.is_authenticated:
            raise Http404
        return redirect_to_login(request.get_full_path())

    def get_urls(self) -> list[URLResolver | URLPattern]:
        kept = [url for url in super().get_urls() if getattr(url, "name", None) not in CLOSED_DOORS]
        for url in kept:
            if isinstance(url, URLPattern):  # `LoginRequiredMiddleware` would send people to the closed door
                vars(url.callback).pop("login_url", None)
        return kept

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        actor = actor_of(request)
        only_mine = actor.kind == Kind.STAFF and request.GET.get("suivi") == "moi"
        context = {
            "waiting": what_waits(actor, only_mine=only_mine),
            "only_mine": only_mine,
            "may_choose": actor.kind == Kind.STAFF,
            "first_steps": first_steps(actor),
            "may_find": actor.opens(Menu.DOSSIERS),
            "may_read_figures": actor.opens(Menu.STATISTICS) and actor.opens(Menu.DOSSIERS),
            "updates": unread_updates(actor),
        }
        return super().index(request, {**context, **(extra_context or {})})


def _colleague(request: HttpRequest) -> int | None:
    """The member of staff whose page a form is posted to."""
    match = request.resolver_match
    if match is None or not (match.url_name or "").startswith("accounts_cabinetmember_"):
        return None
    return number_typed(str(match.kwargs.get("pk") or match.kwargs.get("object_id") or "")) or None


def what_waits(actor: Actor, *, only_mine: bool = False) -> list[dict[str, Any]]:
    """What somebody of the cabinet must do, how much of it is late, and the page that shows it."""
    queues = queues_for(actor)
    found = counts(queues, actor, mine(actor).values("pk") if only_mine else None)
    return [
        {
            "label": queue.label,
            "count": count,
            "late": late,
            "of_all": only_mine and not queue.dossier,
            "url": _address(queue, only_mine=only_mine),
        }
        for queue, (count, late) in zip(queues, found, strict=True)
    ]


def _address(queue: Queue, *, only_mine: bool) -> str:
    query = urlencode(queue.asked(mine=only_mine))
    return f"{reverse(queue.url)}?{query}" if query else reverse(queue.url)


def first_steps(actor: Actor) -> list[dict[str, Any]]:
    """A new cabinet's list, for whoever sets it up; once all is done, nothing."""
    if actor.kind != Kind.STAFF or not actor.opens(Menu.SETTINGS):
        return []
    steps = [
        {"label": step.label, "why": step.why, "url": reverse(step.url), "done": step.done(actor)}
        for step in steps_for(actor)
    ]
    return [] if all(step["done"] for step in steps) else steps
