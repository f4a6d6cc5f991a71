"""The cabinet's « jours de passage » and its terms for visits."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone

from accounts.menus import Menu
from accounts.tenantadmin import STAFF_KINDS, TenantModelAdmin
from claims.models import Passage, VisitPolicy

if TYPE_CHECKING:
    _Form = forms.ModelForm[Passage]
else:
    _Form = forms.ModelForm


class PassageForm(_Form):
    """A rule of passage, as staff type it."""

    def clean_postal_codes(self) -> str:
        parts = [part.strip() for part in self.cleaned_data["postal_codes"].split(",") if part.strip()]
        if not all(part.isdigit() and len(part) <= 5 for part in parts):
            raise ValidationError("Écrivez des codes postaux, ou leurs premiers chiffres : 74, 73100.")
        return ", ".join(parts)

    def clean(self) -> dict[str, Any]:
        typed: dict[str, Any] = super().clean() or self.cleaned_data
        expert, cabinet = typed.get("expert"), typed.get("cabinet") or self.instance.cabinet_id
        if expert is not None and cabinet and expert.cabinet_id != getattr(cabinet, "pk", cabinet):
            self.add_error("expert", "Cet expert n’est pas de ce cabinet.")
        return typed


@admin.register(Passage)
class PassageAdmin(TenantModelAdmin):
    """When experts come by; a shop picks a field visit among these days."""

    menu = Menu.DATES
    form = PassageForm
    adders = changers = deleters = STAFF_KINDS
    list_display = ("__str__", "mode", "expert", "where", "capacity", "from_on", "to_on")
    list_filter = ("mode", "weekday", "expert")
    list_select_related = ("expert__user", "establishment")
    ordering = ("expert", "mode", "weekday", "from_on", "pk")
    fields = (
        "cabinet", "expert", "mode", "weekday", "half", "from_on", "to_on",
        "sector", "postal_codes", "establishment", "capacity",
    )  # fmt: skip

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"from_on": timezone.localdate(), **super().get_changeform_initial_data(request)}

    @admin.display(description="où")
    def where(self, row: Passage) -> str:
        if row.establishment is not None:
            return str(row.establishment)
        return " – ".join(part for part in (row.sector, row.postal_codes) if part) or "partout"


@admin.register(VisitPolicy)
class VisitPolicyAdmin(TenantModelAdmin):
    """One row a cabinet: whether other days may be asked for, and what hours its half-days have."""

    menu = Menu.DATES
    adders = changers = STAFF_KINDS
    list_display = ("cabinet", "other_dates", "morning_from", "morning_to", "afternoon_from", "afternoon_to")
    fields = ("cabinet", "other_dates", "morning_from", "morning_to", "afternoon_from", "afternoon_to")
    ordering = ("cabinet", "pk")
