"""The cabinet's « jours de passage » and its terms for visits."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format

from accounts.menus import Menu
from accounts.tenantadmin import STAFF_KINDS, TenantModelAdmin
from claims.calendar import is_holiday
from claims.models import Passage, VisitPolicy
from claims.models.passages import HORIZON

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
        self._check_holiday(typed)
        expert, cabinet = typed.get("expert"), typed.get("cabinet") or self.instance.cabinet_id
        if expert is not None and cabinet and expert.cabinet_id != getattr(cabinet, "pk", cabinet):
            self.add_error("expert", "Cet expert n’est pas de ce cabinet.")
        return typed

    def _check_holiday(self, typed: dict[str, Any]) -> None:
        """A passage added on a holiday would never be offered: whoever means it says so."""
        day, end = typed.get("from_on"), typed.get("to_on")
        if day is None or typed.get("mode") != Passage.Mode.EXTRA or typed.get("on_holidays"):
            return
        if is_holiday(day) and end in {None, day}:
            self.add_error("on_holidays", "C’est un jour férié : cochez cette case pour y passer quand même.")


@admin.register(Passage)
class PassageAdmin(TenantModelAdmin):
    """When experts come by; a shop picks a field visit among these days."""

    menu = Menu.DATES
    form = PassageForm
    adders = changers = deleters = STAFF_KINDS
    list_display = ("__str__", "mode", "expert", "where", "capacity", "from_on", "to_on", "holiday")
    list_filter = ("mode", "weekday", "expert")
    list_select_related = ("expert__user", "establishment")
    ordering = ("expert", "mode", "weekday", "from_on", "pk")
    fields = (
        "cabinet", "expert", "mode", "weekday", "half", "from_on", "to_on",
        "on_holidays", "sector", "postal_codes", "establishment", "capacity",
    )  # fmt: skip

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"from_on": timezone.localdate(), **super().get_changeform_initial_data(request)}

    @admin.display(description="où")
    def where(self, row: Passage) -> str:
        if row.establishment is not None:
            return str(row.establishment)
        return " – ".join(part for part in (row.sector, row.postal_codes) if part) or "partout"

    @admin.display(description="prochain jour férié")
    def holiday(self, row: Passage) -> str:
        """The next holiday of everywhere this rule falls on, and whether anybody comes; places may have more."""
        if row.mode == Passage.Mode.ABSENCE:
            return "–"
        today = timezone.localdate()
        ahead = (today + timedelta(days=n) for n in range((HORIZON * 6).days))
        day = next((day for day in ahead if is_holiday(day) and row.falls_on(day)), None)
        if day is None:
            return "–"
        return f"{date_format(day, 'D j M Y')} : {'passage' if row.on_holidays else 'pas de passage'}"


@admin.register(VisitPolicy)
class VisitPolicyAdmin(TenantModelAdmin):
    """One row a cabinet: whether other days may be asked for, and what hours its half-days have."""

    menu = Menu.DATES
    adders = changers = STAFF_KINDS
    list_display = ("cabinet", "other_dates", "morning_from", "morning_to", "afternoon_from", "afternoon_to")
    fields = ("cabinet", "other_dates", "morning_from", "morning_to", "afternoon_from", "afternoon_to")
    ordering = ("cabinet", "pk")
