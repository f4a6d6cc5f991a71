"""Checking what a shop has sent: conforme, or non conforme and why (BCA-32); the cabinet's list of reasons."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest

from accounts.menus import Menu
from accounts.scope import Actor
from accounts.tenantadmin import STAFF_KINDS, TenantModelAdmin, actor_of
from claims.admin.forms import said
from claims.admin.workspace import PostedForms
from claims.models import Acknowledgement, Document, Dossier, VerdictReason
from claims.services.verdicts import qualify, reasons_of

Verdict = Document.Verdict


class VerdictForm(forms.Form):
    """One deposit, one verdict; the reason is one of the list, one's own words, or both."""

    document = forms.ModelChoiceField(
        label="Document",
        queryset=Document.objects.none(),
        empty_label="Choisissez…",
        error_messages={
            "required": "Choisissez le document vérifié.",
            "invalid_choice": "Ce document n’est pas parmi ceux que le réparateur a envoyés.",
        },
    )
    verdict = forms.TypedChoiceField(
        label="Résultat",
        choices=Verdict.choices,
        coerce=Verdict,
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez « conforme » ou « non conforme »."},
    )
    reason = forms.ChoiceField(label="Motif, si non conforme", required=False)
    words = forms.CharField(label="Précision pour le réparateur", required=False, max_length=170)

    def __init__(self, *args: Any, dossier: Dossier, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        documents: Any = self.fields["document"]
        documents.queryset = Document.objects.visible_to(actor).filter(dossier=dossier).sent().order_by("-pk")
        documents.label_from_instance = _named
        reasons: Any = self.fields["reason"]
        reasons.choices = [("", "Choisissez…"), *((text, text) for text in reasons_of(dossier.cabinet_id))]

    def said_reason(self) -> str:
        """« Montants différents du rapport : la TVA est à 20 % »."""
        return " : ".join(filter(None, (self.cleaned_data["reason"], self.cleaned_data["words"].strip())))


def _named(document: Document) -> str:
    verdict = f" – {document.get_verdict_display()}" if document.verdict else ""
    return f"{document.get_kind_display()} – {document.label} ({document.published_at:%d/%m/%Y}){verdict}"


class Verdicts(PostedForms):
    """The part of a dossier's page where deposits are checked."""

    posts = {"qualifier": "qualify"}
    post_menus = {"qualify": Menu.QUALIFY}

    def qualify(self, request: HttpRequest, dossier: Any) -> tuple[int, str]:
        form = VerdictForm(request.POST, dossier=dossier, actor=actor_of(request))
        if not form.is_valid():
            return messages.ERROR, said(form)
        document = qualify(
            form.cleaned_data["document"],
            verdict=form.cleaned_data["verdict"],
            reason=form.said_reason(),
            actor=actor_of(request),
        )
        return messages.SUCCESS, f"« {document.label} » est {document.get_verdict_display()} : le réparateur le sait."


def work_on_verdicts(request: HttpRequest, dossier: Dossier) -> dict[str, Any]:
    """What the page shows of it: the form, with the document that a link of the list named, and the readings."""
    actor = actor_of(request)
    wanted = request.GET.get("verifier", "")
    readings = Acknowledgement.objects.visible_to(actor).filter(dossier=dossier).select_related("document")
    return {
        "verdict_form": VerdictForm(dossier=dossier, actor=actor, initial={"document": wanted}, auto_id="verifier_%s"),
        "readings": readings.order_by("-at"),
    }


@admin.register(VerdictReason)
class VerdictReasonAdmin(TenantModelAdmin):
    """The cabinet's own reasons; without any, the usual ones are offered."""

    menu = Menu.SETTINGS
    adders = changers = deleters = STAFF_KINDS
    list_display = ("text", "position", "cabinet")
    list_select_related = ("cabinet",)
    ordering = ("position", "text")
    fields = ("cabinet", "text", "position")
