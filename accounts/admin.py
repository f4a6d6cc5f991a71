"""Cabinets, shops and people: mostly the network's pages; a cabinet looks after its own list of shops."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.formats import date_format

from accounts.adminlists import Column, ExportedList
from accounts.menus import Menu
from accounts.mergepages import Merging
from accounts.models import (
    Cabinet,
    CabinetEstablishment,
    CabinetMember,
    Establishment,
    JournalEntry,
    Organisation,
    ShopMember,
    User,
)
from accounts.postedforms import PostedForms
from accounts.scope import Kind
from accounts.services import Event, merge_establishments, merge_organisations
from accounts.services.shops import resume_shops, suspend_shops
from accounts.tenantadmin import (
    EVENT_LABELS,
    NETWORK_ONLY,
    STAFF_KINDS,
    TenantInline,
    TenantModelAdmin,
    actor_of,
    journal_of,
)
from accounts.validators import display_siret

EVENT_LABELS.update(
    {
        Event.SHOP_SUSPENDED: "Accès suspendu",
        Event.SHOP_RESUMED: "Accès rétabli",
        Event.EMAIL_TO_CONFIRM: "Inscription, adresse à confirmer",
        Event.ACCOUNT_REQUESTED: "Compte demandé",
        Event.ACCOUNT_EXISTS: "Compte demandé à nouveau",
        Event.ACCOUNT_ASKED: "Question au demandeur",
        Event.ACCOUNT_ANSWERED: "Réponse du demandeur",
        Event.COLLEAGUE_ASKED: "Responsables du SIRET prévenus, s’il en a",
        Event.SIRET_CODE_SENT: "Code demandé pour un SIRET",
        Event.SIRET_PROVEN: "SIRET prouvé par un code",
        Event.SHOP_INVITED: "Réparateur invité",
        Event.SHOP_INVITATION_REVOKED: "Invitation du réparateur annulée",
        Event.ESTABLISHMENT_PROPOSED: "Établissement proposé à l’entreprise",
        Event.ESTABLISHMENTS_MERGED: "Établissement fusionné avec un autre",
        Event.ORGANISATIONS_MERGED: "Organisation fusionnée avec une autre",
        Event.ACCOUNT_APPROVED: "Compte accepté",
        Event.ACCOUNT_REFUSED: "Compte refusé",
        Event.COLLEAGUE_JOINED: "Collaborateur ajouté",
        Event.PROFILE_SAVED: "Profil de délégation enregistré",
        Event.ACCESS_GRANTED: "Accès donné",
        Event.ACCESS_REVOKED: "Accès révoqué",
        Event.MEMBER_LEFT: "Départ d’une personne",
        Event.INVITED: "Personne invitée",
        Event.INVITATION_REVOKED: "Invitation annulée",
        Event.INVITATION_ACCEPTED: "Invitation acceptée",
        Event.DRAFT_SUBMITTED: "Envoi soumis à validation",
        Event.DRAFT_DECIDED: "Envoi validé ou refusé",
        Event.ESTABLISHMENT_LEFT: "Établissement quitté",
        Event.PASSWORD_RESET: "Mot de passe oublié",
        Event.PASSWORD_CHANGED: "Mot de passe changé",
        Event.MOBILE_CHANGED: "Numéro de mobile changé",
        Event.EMAIL_CHANGE_ASKED: "Nouvelle adresse à confirmer",
        Event.EMAIL_CHANGED: "Adresse e-mail changée",
        Event.FACTOR_ADDED: "Second facteur ajouté",
        Event.FACTOR_REMOVED: "Second facteur retiré",
        Event.CODES_RENEWED: "Codes de secours refaits",
        Event.SESSIONS_ENDED: "Sessions fermées",
        Event.DATA_EXPORTED: "Données personnelles téléchargées",
    }
)


class CabinetMemberInline(TenantInline):
    menu = Menu.STAFF
    model = CabinetMember
    fields = ("user", "role", "left_at")


@admin.register(Cabinet)
class CabinetAdmin(TenantModelAdmin):
    """The network creates and edits cabinets; staff see their own."""

    menu = Menu.SETTINGS
    adders = changers = NETWORK_ONLY
    list_display = ("code", "name", "city", "is_active")
    list_filter = ("is_active",)
    search_fields = ("code", "name", "city")
    ordering = ("name", "pk")
    fields = ("code", "name", "email", "phone", "city", "is_active")
    inlines = (CabinetMemberInline,)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A code stands in addresses people keep: it is chosen once."""
        return (*super().get_readonly_fields(request, obj), *(("code",) if obj else ()))


@admin.register(Organisation)
class OrganisationAdmin(Merging, TenantModelAdmin):
    merge_rows = merge_organisations
    menu = Menu.SHOPS
    viewers = adders = changers = NETWORK_ONLY
    list_display = ("name", "created_at")
    search_fields = ("name",)
    ordering = ("name", "pk")
    fields = ("name",)


@admin.register(Establishment)
class EstablishmentAdmin(Merging, TenantModelAdmin):
    """Shared by cabinets: staff see it through their own list; whose it is follows from an approved request."""

    merge_rows = merge_establishments
    menu = Menu.SHOPS
    viewers = adders = changers = NETWORK_ONLY
    list_display = ("siret_shown", "name", "postal_code", "city", "organisation", "proven_at")
    list_select_related = ("organisation",)
    search_fields = ("siret", "name", "city")
    ordering = ("siret", "pk")
    fields = ("siret", "name", "postal_code", "city", "organisation", "proven_at", "proven_by")
    readonly_fields = ("organisation", "proven_at", "proven_by")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return (*super().get_readonly_fields(request, obj), *(("siret",) if obj else ()))

    @admin.display(description="SIRET", ordering="siret")
    def siret_shown(self, row: Establishment) -> str:
        return display_siret(row.siret)


@admin.register(ShopMember)
class ShopMemberAdmin(TenantModelAdmin):
    menu = Menu.SHOPS
    viewers = adders = changers = NETWORK_ONLY
    list_display = ("user", "organisation", "role", "joined_at", "left_at")
    list_filter = ("role",)
    list_select_related = ("user", "organisation")
    search_fields = ("user__email", "user__full_name", "organisation__name")
    ordering = ("organisation", "pk")
    autocomplete_fields = ("organisation", "user")
    fields = ("organisation", "user", "role", "left_at")


class UserForm(forms.ModelForm):  # type: ignore[type-arg]
    """A person's identity; nobody sets another's password."""

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


@admin.register(User)
class UserAdmin(TenantModelAdmin):
    """The network's directory; a new person chooses a password through « mot de passe oublié »."""

    menu = Menu.STAFF
    viewers = adders = changers = NETWORK_ONLY
    form = UserForm
    list_display = ("email", "full_name", "is_active", "is_staff", "is_superuser", "last_login")
    list_filter = ("is_active", "is_staff", "is_superuser")
    search_fields = ("email", "full_name")
    ordering = ("email", "pk")
    fields = ("email", "full_name", "mobile", "is_active", "is_staff", "is_superuser", "last_login", "joined_at")
    readonly_fields = ("is_superuser", "last_login", "joined_at")

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)


class AccessFilter(admin.SimpleListFilter):
    """Shops whose access the cabinet suspended, or did not."""

    title = "accès"
    parameter_name = "acces"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("ouvert", "Ouvert"), ("suspendu", "Suspendu")]

    def queryset(self, request: HttpRequest, queryset: Any) -> "QuerySet[CabinetEstablishment]":
        is_open = {"ouvert": True, "suspendu": False}.get(self.value() or "")
        found: QuerySet[CabinetEstablishment] = queryset
        return found if is_open is None else found.filter(suspended_at__isnull=is_open)


SHOP_COLUMNS: list[Column] = [
    ("Nom", lambda row: row.establishment.name),
    ("SIRET", lambda row: row.establishment.siret),
    ("Code postal", lambda row: row.establishment.postal_code),
    ("Ville", lambda row: row.establishment.city),
    ("E-mail connu", lambda row: row.email),
    ("Agréé", lambda row: "oui" if row.is_approved else "non"),
    ("Suspendu le", lambda row: timezone.localdate(row.suspended_at) if row.suspended_at else None),
    ("Motif de la suspension", lambda row: row.suspension_reason),
]


@admin.register(CabinetEstablishment)
class CabinetEstablishmentAdmin(ExportedList, PostedForms, TenantModelAdmin):
    """« Réparateurs du cabinet »: what a cabinet alone knows and decides about a shop."""

    menu = Menu.SHOPS
    columns = SHOP_COLUMNS
    file_name = "reparateurs"
    view_menus = {"export": Menu.SHOPS}
    adders = NETWORK_ONLY
    changers = STAFF_KINDS
    list_display = ("name", "siret", "city", "email", "approved", "access", "cabinet")
    list_display_links = ("name",)
    list_filter = (AccessFilter, "is_approved", "cabinet")
    list_select_related = ("establishment", "cabinet")
    search_fields = ("establishment__siret", "establishment__name", "establishment__city", "email")
    ordering = ("establishment__name", "establishment__siret", "pk")
    autocomplete_fields = ("establishment",)
    readonly_fields = ("name", "siret", "city", "suspended_at", "suspension_reason", "created_at")
    actions = ("suspend", "resume")
    posts = {"suspendre": "close", "retablir": "reopen"}
    post_menus = dict.fromkeys(posts.values(), Menu.SHOPS)
    change_form_template = "admin/accounts/cabinetestablishment/change_form.html"
    add_form_template = "admin/change_form.html"

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The establishment itself is the network's page: staff read what it says."""
        shop = ("name", "siret", "city") if obj else ("establishment",)
        return self.without_cabinet(
            request, ("cabinet", *shop, "email", "is_approved", *(("created_at",) if obj else ()))
        )

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        link = self.get_object(request, object_id)
        context = {"entries": journal_of(link, actor_of(request)), **(extra_context or {})}
        return super().change_view(request, object_id, form_url, context)

    def close(self, request: HttpRequest, link: CabinetEstablishment) -> tuple[int, str]:
        if not suspend_shops([link], reason=request.POST.get("reason", ""), actor=actor_of(request)):
            return messages.WARNING, "L’accès de ce réparateur était déjà suspendu."
        return messages.SUCCESS, "L’accès est suspendu, sessions ouvertes comprises. Les responsables en sont avertis."

    def reopen(self, request: HttpRequest, link: CabinetEstablishment) -> tuple[int, str]:
        if not resume_shops([link], actor=actor_of(request)):
            return messages.WARNING, "L’accès de ce réparateur était déjà ouvert."
        return messages.SUCCESS, "L’accès est rétabli. Les responsables en sont avertis."

    @admin.action(description="Suspendre l’accès des réparateurs choisis", permissions=["change"])
    def suspend(self, request: HttpRequest, queryset: "QuerySet[CabinetEstablishment]") -> HttpResponse | None:
        """Ask for the reason, which the shops' owners read, then close the dossiers to them at once."""
        chosen = list(queryset.filter(suspended_at=None).select_related("establishment"))
        if "reason" not in request.POST:
            context = {**self.admin_site.each_context(request), "title": "Suspendre l’accès ?", "links": chosen}
            context |= {"opts": self.opts, "checkbox": ACTION_CHECKBOX_NAME}
            return TemplateResponse(request, "admin/accounts/cabinetestablishment/suspend.html", context)
        try:
            done = suspend_shops(chosen, reason=request.POST["reason"], actor=actor_of(request))
        except ValidationError as refusal:
            self.message_user(request, " ".join(refusal.messages), messages.ERROR)
            return None
        self.message_user(request, f"Accès suspendu : {done}. Les responsables en sont avertis.", messages.SUCCESS)
        return None

    @admin.action(description="Rétablir l’accès des réparateurs choisis", permissions=["change"])
    def resume(self, request: HttpRequest, queryset: "QuerySet[CabinetEstablishment]") -> None:
        done = resume_shops(queryset, actor=actor_of(request))
        self.message_user(request, f"Accès rétabli : {done}. Les responsables en sont avertis.", messages.SUCCESS)

    @admin.display(description="SIRET", ordering="establishment__siret")
    def siret(self, link: CabinetEstablishment) -> str:
        return display_siret(link.establishment.siret)

    @admin.display(description="nom", ordering="establishment__name")
    def name(self, link: CabinetEstablishment) -> str:
        return link.establishment.name

    @admin.display(description="ville", ordering="establishment__city")
    def city(self, link: CabinetEstablishment) -> str:
        return link.establishment.city

    @admin.display(description="agréé", ordering="is_approved")
    def approved(self, link: CabinetEstablishment) -> str:
        return "oui" if link.is_approved else "non"

    @admin.display(description="accès", ordering="suspended_at")
    def access(self, link: CabinetEstablishment) -> str:
        if link.suspended_at is None:
            return "ouvert"
        return f"suspendu le {date_format(timezone.localtime(link.suspended_at), 'SHORT_DATE_FORMAT')}"


JOURNAL_COLUMNS: list[Column] = [
    ("Le", lambda row: timezone.localtime(row.at).strftime("%d/%m/%Y %H:%M:%S")),
    ("Évènement", lambda row: EVENT_LABELS.get(row.event, row.event)),
    ("Objet", lambda row: row.subject_label),
    ("Par", lambda row: row.actor_label),
    ("Rôle", lambda row: row.actor_role),
]


@admin.register(JournalEntry)
class JournalEntryAdmin(ExportedList, TenantModelAdmin):
    """Read by staff, written by the program, changed by nobody."""

    menu = Menu.STATISTICS
    columns = JOURNAL_COLUMNS
    file_name = "journal"
    view_menus = {"export": Menu.STATISTICS}
    list_display = ("at", "event_shown", "subject_label", "actor_label", "actor_role", "cabinet")
    list_display_links = ("at", "event_shown")
    list_filter = ("cabinet", "subject_type", "at")
    list_select_related = ("cabinet",)
    search_fields = ("subject_label",)
    ordering = ("-at", "-pk")
    sortable_by = ("at",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Which person acted is the network administrator's to know."""
        shown = [
            "at",
            "event_shown",
            "subject_label",
            "actor_label",
            "actor_role",
            "cabinet",
            "establishment",
            "detail",
        ]
        return [*shown, "user_id"] if actor_of(request).kind == Kind.NETWORK else shown

    @admin.display(description="évènement")
    def event_shown(self, entry: JournalEntry) -> str:
        return EVENT_LABELS.get(entry.event, entry.event)
