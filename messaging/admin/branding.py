"""« Présentation des e-mails »: the cabinet's logo and closing line, seen as they leave."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.menus import Menu
from accounts.tenantadmin import STAFF_KINDS, TenantModelAdmin, actor_of
from accounts.waiting import FirstStep, begin_with
from messaging.admin.previews import previews_link
from messaging.models import MailBranding
from messaging.services.branding import draw_logo, forget_logo, shown


class BrandingForm(forms.ModelForm):  # type: ignore[type-arg]
    """A picture may be put, replaced or taken away."""

    file = forms.FileField(
        label="Logo",
        required=False,
        help_text="PNG ou JPEG, 2 Mo au plus. Il est redessiné en 480 × 160 pixels au plus, et joint à chaque e-mail.",
        widget=forms.FileInput(attrs={"accept": ".png,.jpg,.jpeg"}),
        error_messages={"empty": "Ce fichier est vide."},
    )
    without = forms.BooleanField(label="Retirer le logo", required=False)

    class Meta:
        model = MailBranding
        fields = ("cabinet", "closing")
        widgets: ClassVar[dict[str, forms.Widget]] = {"closing": forms.TextInput(attrs={"size": 80})}

    def clean(self) -> dict[str, Any]:
        """The picture is looked at here, so that what is wrong with it stands beside it."""
        typed: dict[str, Any] = super().clean() or self.cleaned_data
        if typed.get("without"):
            forget_logo(self.instance)
        elif typed.get("file"):
            try:
                draw_logo(self.instance, typed["file"], actor=self.actor)  # type: ignore[attr-defined]
            except ValidationError as refusal:
                self.add_error("file", refusal)
        return typed


@admin.register(MailBranding)
class MailBrandingAdmin(TenantModelAdmin):
    """One row a cabinet, made by whoever keeps its settings."""

    menu = Menu.SETTINGS
    adders = changers = STAFF_KINDS
    form = BrandingForm
    add_label = "Présenter vos e-mails"
    list_display = ("cabinet", "closing", "logo_shown")
    list_display_links = ("logo_shown",)
    list_select_related = ("cabinet",)
    ordering = ("cabinet", "pk")
    readonly_fields = ("logo_shown",)
    change_list_template = "admin/messaging/announcement/change_list.html"  # with the way to the previews

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.without_cabinet(request, ("cabinet", "logo_shown", "file", "without", "closing"))

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None) -> Any:
        """Staff have one cabinet: the second time they change what is there."""
        actor = actor_of(request)
        found = MailBranding.objects.visible_to(actor).first() if actor.cabinet_ids else None
        if found is not None and self.has_add_permission(request):
            return redirect("admin:messaging_mailbranding_change", found.pk)
        return super().add_view(request, form_url, extra_context)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        answer = super().changeform_view(request, *args, **kwargs)
        if isinstance(answer, TemplateResponse):
            answer.context_data = {**(answer.context_data or {}), "show_save_and_add_another": False}
        return answer

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, previews_link(request) | (extra_context or {}))

    @admin.display(description="logo actuel")
    def logo_shown(self, row: MailBranding) -> str | SafeString:
        brand = shown(row if row.pk else None, by_mail=False)
        if not brand.src:
            return "aucun"
        return format_html(
            '<img src="{}" alt="Logo de {}" width="{}" height="{}">', brand.src, brand.name, brand.width, brand.height
        )


begin_with(
    FirstStep(
        "Présenter vos e-mails",
        "votre logo et votre adresse sur ce que les réparateurs reçoivent",
        Menu.SETTINGS,
        "admin:messaging_mailbranding_changelist",
        lambda actor: MailBranding.objects.visible_to(actor).exists(),
        place=55,
    ),
)
