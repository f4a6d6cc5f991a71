"""What the cabinet knows of a dossier beside its state, and whether it is reminded of; on the dossier's page."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.utils import timezone

from accounts.menus import Menu
from accounts.tenantadmin import actor_of
from claims.admin.forms import said
from claims.admin.workspace import PostedForms
from claims.models import DossierFacts
from claims.services.facts import advice, facts_of, note_facts, resume_reminders, suspend_reminders


def _day(label: str, **more: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "invalid": f"{label} : écrivez une date, par exemple 31/12/2026.",
            "required": f"{label} : écrivez une date.",
        },
        **more,
    )


class FactsForm(forms.Form):
    """What the cabinet says; empty is « pas encore connu »."""

    cover = forms.ChoiceField(label="Garantie", choices=DossierFacts.Cover, required=False)
    accident_report_on = _day("Constat amiable reçu le", required=False)
    coverage_until = _day("Prise en charge valable jusqu’au", required=False)
    inspection_until = _day("Contrôle technique valable jusqu’au", required=False)


class SuspendForm(forms.Form):
    """Until when, and why."""

    until = _day("Suspendre jusqu’au")
    reason = forms.CharField(
        label="Motif",
        max_length=200,
        error_messages={"required": "Écrivez pourquoi les relances sont suspendues."},
    )


class FactsPart(PostedForms):
    """Part of the dossier's page."""

    posts = {"faits": "note", "suspendre": "suspend", "reprendre": "resume"}
    post_menus = dict.fromkeys(posts.values(), Menu.ACT)

    def facts_of(self, request: HttpRequest, dossier: Any) -> dict[str, Any]:
        facts = facts_of(dossier, actor_of(request))
        initial = {name: getattr(facts, name) for name in FactsForm.base_fields}
        return {
            "facts": facts,
            "facts_form": FactsForm(initial=initial, prefix="faits"),
            "suspend_form": SuspendForm(auto_id="suspendre_%s"),
            "reminders_rest": facts.reminders_rest(timezone.localdate()),
            "advice": advice(dossier),
        }

    def note(self, request: HttpRequest, dossier: Any) -> tuple[int, str]:
        form = FactsForm(request.POST, prefix="faits")
        if not form.is_valid():
            return messages.ERROR, said(form)
        names = note_facts(dossier, form.cleaned_data, actor=actor_of(request))
        if not names:
            return messages.INFO, "Rien n’a changé."
        return messages.SUCCESS, f"Enregistré : {', '.join(names)}."

    def suspend(self, request: HttpRequest, dossier: Any) -> tuple[int, str]:
        form = SuspendForm(request.POST)
        if not form.is_valid():
            return messages.ERROR, said(form)
        facts = suspend_reminders(dossier, actor=actor_of(request), **form.cleaned_data)
        return messages.SUCCESS, f"Relances suspendues jusqu’au {facts.reminders_suspended_until:%d/%m/%Y}."

    def resume(self, request: HttpRequest, dossier: Any) -> tuple[int, str]:
        resume_reminders(dossier, actor=actor_of(request))
        return messages.SUCCESS, "Les relances reprennent."
