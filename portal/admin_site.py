"""The staff's admin site: the portal's own door, what waits first, and nothing that is not scoped."""

from functools import update_wrapper
from typing import Any, cast

from django.apps import apps
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ImproperlyConfigured
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver, reverse
from django.utils import timezone
from django.utils.http import urlencode

from accounts.http import ActorRequest
from accounts.menus import Menu
from accounts.models import AccountRequest
from accounts.scope import Actor, Kind, TenantModel, hold_rights
from accounts.secondfactor import must_set_up
from accounts.tenantadmin import STAFF_KINDS, TenantModelAdmin, actor_of
from claims.models import Appointment, CallBack, Dossier, Expectation, MissingDossierRequest
from claims.workflow import TAB_OF_STATE, WAITING
from messaging.models import Message, Thread
from messaging.services.announcements import unread_updates

# Left out: the forms that sign in and change a password are the portal's; « view on site » answers for any row's key.
CLOSED_DOORS = frozenset({"login", "password_change", "password_change_done", "view_on_site"})
CABINETS_TURN = tuple(state for state, turn in WAITING.items() if turn.who == Kind.STAFF)


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

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        guarded = super().admin_view(view, cacheable)

        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
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

    def menu_of(self, view: str) -> Menu:
        """The right that opens a model's pages: `claims_dossier`."""
        app, model = view.split("_", 1)
        return getattr(self.get_model_admin(apps.get_model(app, model)), "menu", None) or Menu.SETTINGS

    def get_urls(self) -> list[URLResolver | URLPattern]:
        kept = [url for url in super().get_urls() if getattr(url, "name", None) not in CLOSED_DOORS]
        for url in kept:
            if isinstance(url, URLPattern):  # `LoginRequiredMiddleware` would send people to the closed door
                vars(url.callback).pop("login_url", None)
        return kept

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        context = {"waiting": self.waiting(actor_of(request)), "updates": unread_updates(actor_of(request))}
        return super().index(request, {**context, **(extra_context or {})})

    def waiting(self, actor: Actor) -> list[dict[str, Any]]:
        """What waits for this person, as far as their menus go."""
        return [item for item in what_waits(actor) if actor.opens(self.menu_of(item["view"]))]


def _colleague(request: HttpRequest) -> int | None:
    """The member of staff whose page a form is posted to."""
    match = request.resolver_match
    if match is None or not (match.url_name or "").startswith("accounts_cabinetmember_"):
        return None
    key = str(match.kwargs.get("pk") or match.kwargs.get("object_id") or "")
    return int(key) if key.isdecimal() else None


def what_waits(actor: Actor) -> list[dict[str, Any]]:
    """What somebody of the cabinet must do, with how many there are and the list that shows them."""
    requests = AccountRequest.objects.visible_to(actor).filter(state=AccountRequest.State.PENDING).count()
    orphans = Dossier.objects.visible_to(actor).without_establishment().count()
    missing = MissingDossierRequest.objects.visible_to(actor).filter(state=MissingDossierRequest.State.OPEN).count()
    dates = Appointment.objects.visible_to(actor).current().to_validate().count()
    overdue = Expectation.objects.visible_to(actor).of_cabinets().filter(due_on__lt=timezone.localdate())
    late = overdue.values("dossier").distinct().count()
    calls = CallBack.objects.visible_to(actor).open().count()
    asked = Thread.objects.visible_to(actor).filter(state=Thread.State.CABINET, message_count__gt=0).count()
    to_validate = Message.objects.visible_to(actor).waiting().values("thread").distinct().count()
    tabs = {TAB_OF_STATE[state][0] for state in CABINETS_TURN}  # the index knows tabs, a few states share one
    turns = Dossier.objects.visible_to(actor).filter(tab__in=tabs, state__in=CABINETS_TURN)
    counts = dict(turns.values_list("state").annotate(Count("pk")))
    return [
        _waits("Demandes de compte à valider", requests, "accounts_accountrequest", state__exact="pending"),
        _waits("Dossiers dont le SIRET est à corriger", orphans, "claims_dossier", siret="a-corriger"),
        _waits(
            "Dossiers que des réparateurs ne voient pas", missing, "claims_missingdossierrequest", state__exact="open"
        ),
        _waits("Dates à valider", dates, "claims_appointment", status__exact="proposed"),
        _waits("Réparateurs à rappeler", calls, "claims_callback", state__exact="open"),
        _waits("Messages de réparateurs sans réponse", asked, "messaging_thread", state__exact="cabinet"),
        _waits("Réponses à valider avant envoi", to_validate, "messaging_thread", suivi="a-valider"),
        _waits("Attendu du cabinet, en retard", late, "claims_dossier", retard="cabinet"),
        *(
            _waits(
                f"{state.label} : {WAITING[state].expected}",
                counts.get(state.value, 0),
                "claims_dossier",
                state__exact=state.value,
            )
            for state in CABINETS_TURN
        ),
    ]


def _waits(label: str, count: int, view: str, **query: str) -> dict[str, Any]:
    return {
        "label": label,
        "count": count,
        "view": view,
        "url": f"{reverse(f'admin:{view}_changelist')}?{urlencode(query)}",
    }
