"""Checking what a shop has sent: conforme, or non conforme and why (BCA-32); the cabinet's list of reasons."""

from typing import Any, cast

from django import forms
from django.contrib import admin

from accounts.menus import Menu
from accounts.tenantadmin import STAFF_KINDS, TenantModelAdmin
from claims.models import Document, VerdictReason
from claims.services.verdicts import reasons_of

Verdict = Document.Verdict


class CheckForm(forms.Form):
    """One verdict; the reason is one of the cabinet's list, one's own words, or both."""

    verdict = forms.TypedChoiceField(
        label="Résultat",
        choices=Verdict.choices,
        coerce=Verdict,
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez « conforme » ou « non conforme »."},
    )
    reason = forms.ChoiceField(label="Motif, si non conforme", required=False)
    words = forms.CharField(label="Précision pour le réparateur", required=False, max_length=170)
    whole = forms.BooleanField(label="Le même résultat pour tout l’envoi", required=False)

    def __init__(self, *args: Any, document: Document, others: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reasons = cast("forms.ChoiceField", self.fields["reason"])
        reasons.choices = [("", "Choisissez…"), *((text, text) for text in reasons_of(document.cabinet_id))]
        if not others:
            del self.fields["whole"]

    def said_reason(self) -> str:
        """« Montants différents du rapport : la TVA est à 20 % »."""
        return " : ".join(filter(None, (self.cleaned_data["reason"], self.cleaned_data["words"].strip())))


@admin.register(VerdictReason)
class VerdictReasonAdmin(TenantModelAdmin):
    """The cabinet's own reasons; without any, the usual ones are offered."""

    menu = Menu.SETTINGS
    adders = changers = deleters = STAFF_KINDS
    list_display = ("text", "position", "cabinet")
    list_select_related = ("cabinet",)
    ordering = ("position", "text")
    fields = ("cabinet", "text", "position")
