"""A cabinet invites a shop it knows: the decision on a request for an account, taken before it is made."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest

from accounts.menus import Menu
from accounts.models import ShopInvitation
from accounts.scope import Kind
from accounts.services import STAFF_CHECKS, invite_shop, resend_shop_invitation, revoke_shop_invitation
from accounts.tenantadmin import STAFF_KINDS, TenantModelAdmin, actor_of, journal_of
from accounts.validators import clean_siret, display_siret
from claims.admin.workspace import PostedForms


class ShopInvitationForm(forms.ModelForm):  # type: ignore[type-arg]
    """Who is invited for which SIRET, and how the cabinet knows that it is theirs."""

    siret = forms.CharField(
        label="SIRET", max_length=30, error_messages={"required": "Écrivez les 14 chiffres du SIRET."}
    )
    checked_how = forms.ChoiceField(
        label="Comment avez-vous vérifié ?",
        choices=[("", "Choisissez…"), *((check.value, check.label) for check in STAFF_CHECKS)],
        error_messages={"required": "Dites comment vous avez vérifié que ce SIRET est le sien."},
    )

    def clean_siret(self) -> str:
        return clean_siret(self.cleaned_data["siret"])

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()

    def validate_constraints(self) -> None:
        """The new invitation takes the place of the open one: the service closes it first."""


@admin.register(ShopInvitation)
class ShopInvitationAdmin(PostedForms, TenantModelAdmin):
    """Invite, send again, cancel; the invited person alone chooses a password."""

    menu = Menu.REQUESTS
    adders = STAFF_KINDS
    add_label = "Inviter un réparateur"
    form = ShopInvitationForm
    list_display = ("company_name", "siret_shown", "email", "cabinet", "state_shown", "expires_at", "invited_by")
    list_filter = ("cabinet",)
    list_select_related = ("cabinet",)
    search_fields = ("company_name", "siret", "email")
    fields = ("cabinet", "company_name", "siret", "postal_code", "email", "checked_how", "check_note")
    posts = {"renvoyer": "resend", "annuler": "revoke"}
    post_menus = dict.fromkeys(posts.values(), Menu.REQUESTS)
    change_form_template = "admin/accounts/shopinvitation/change_form.html"

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        after = ("state_shown", "created_at", "expires_at", "accepted_at", "revoked_at", "invited_by")
        return self.without_cabinet(request, (*self.fields, *(after if obj else ())))

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None) -> Any:
        return super().add_view(request, form_url, {"save_label": "Envoyer l’invitation", **(extra_context or {})})

    def save_model(self, request: HttpRequest, obj: ShopInvitation, form: Any, change: bool) -> None:
        actor = actor_of(request)
        if actor.kind == Kind.STAFF:
            obj.cabinet_id = actor.cabinet_ids[0]
        invite_shop(obj, actor=actor)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """The service wrote the journal."""

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> Any:
        row = self.get_object(request, object_id)
        context = {
            "title": "Invitation d’un réparateur",
            "entries": journal_of(row, actor_of(request)),
            "may_act": row.accepted_at is None and row.revoked_at is None,
        }
        return super().change_view(request, object_id, form_url, context | (extra_context or {}))

    def resend(self, request: HttpRequest, row: ShopInvitation) -> tuple[int, str]:
        resend_shop_invitation(row, actor=actor_of(request))
        return messages.SUCCESS, f"Un nouveau lien part à {row.email} ; le précédent ne sert plus."

    def revoke(self, request: HttpRequest, row: ShopInvitation) -> tuple[int, str]:
        revoke_shop_invitation(row, actor=actor_of(request))
        return messages.SUCCESS, f"L’invitation de {row.email} est annulée."

    @admin.display(description="SIRET", ordering="siret")
    def siret_shown(self, row: ShopInvitation) -> str:
        return display_siret(row.siret)

    @admin.display(description="état")
    def state_shown(self, row: ShopInvitation) -> str:
        if row.accepted_at:
            return "acceptée"
        return "annulée" if row.revoked_at else "envoyée" if row.is_open else "périmée"
