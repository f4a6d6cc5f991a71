"""The cabinet's catalogue of subjects: order, words, what each takes; rules come from lists."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from accounts.menus import Menu
from accounts.models import JournalEntry
from accounts.scope import Kind
from accounts.tenantadmin import STAFF_KINDS, TenantModelAdmin, actor_of
from accounts.waiting import FirstStep, begin_with
from messaging.forms.staff import SubjectForm
from messaging.models import Subject


@admin.register(Subject)
class SubjectAdmin(TenantModelAdmin):
    """The eight every cabinet begins with keep their address, their rules and what they ask (BCA-41…48)."""

    menu = Menu.SETTINGS
    adders = frozenset({Kind.STAFF})
    changers = STAFF_KINDS
    form = SubjectForm
    list_display = ("label", "reader", "message", "documents", "position", "is_active", "cabinet")
    list_display_links = ("label",)
    list_filter = ("reader", "is_active", "cabinet")
    list_select_related = ("cabinet",)
    ordering = ("cabinet", "position", "pk")
    sortable_by = ()
    fieldsets = (
        (None, {"fields": ("cabinet", "label", "hint", "reader", "position", "is_active")}),
        ("Ce qu’il prend", {"fields": ("message", "documents", "kinds", "photo_kind", "pdf_kind")}),
        ("Règles", {"fields": ("extras", "rules")}),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[Any, ...]:
        fixed = ("extras_shown", "rules_shown") if obj is not None and obj.is_seed else ()
        return (*super().get_readonly_fields(request, obj), *fixed)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        head, takes, rules = super().get_fieldsets(request, obj)
        if obj is not None and obj.is_seed:
            rules = (rules[0], {"fields": ("extras_shown", "rules_shown")})
        return (head, takes, rules)

    def save_model(self, request: HttpRequest, obj: Subject, form: Any, change: bool) -> None:
        if not change:
            cabinet = actor_of(request).cabinet_ids[0] if actor_of(request).kind == Kind.STAFF else obj.cabinet_id
            own = Subject.objects.visible_to(actor_of(request)).filter(cabinet=cabinet)
            obj.name_address(set(own.values_list("slug", flat=True)))
        super().save_model(request, obj, form, change)

    @admin.display(description="demande aussi")
    def extras_shown(self, subject: Subject) -> str:
        return ", ".join(subject.extra_labels) or "–"

    @admin.display(description="proposé quand")
    def rules_shown(self, subject: Subject) -> str:
        return " ; ".join(subject.rule_labels) or "toujours"


begin_with(
    FirstStep(
        "Relire le catalogue des objets",
        "ce que les réparateurs peuvent vous écrire, et qui le lit",
        Menu.SETTINGS,
        "admin:messaging_subject_changelist",
        lambda actor: (
            JournalEntry.objects.visible_to(actor)
            .filter(subject_type=Subject._meta.label_lower, event__in=("added", "changed"))
            .exists()
        ),
        place=40,
    )
)
