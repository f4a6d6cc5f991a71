"""What the cabinet asks of the shop, on the dossier's page: ask, withdraw, verify, give more time."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest
from django.utils import timezone

from accounts.menus import Menu
from accounts.tenantadmin import EVENT_LABELS, actor_of
from accounts.validators import number_typed
from claims.admin.forms import said
from claims.admin.workspace import PostedForms
from claims.models import Document, DocumentRequest, Dossier
from claims.models.requests import ASKED_KINDS
from claims.services.requests import (
    Fact,
    default_due,
    extend_deadline,
    finish_request,
    request_documents,
    withdraw_request,
)
from claims.workflow import Action, Step

EVENT_LABELS.update({step.value: step.label for step in Step} | {Fact.DOCUMENTS_ASKED: "Réparateur averti"})


class AskForm(forms.Form):
    """What to send, until when, and what else the shop must know."""

    kinds = forms.TypedMultipleChoiceField(
        label="Documents à demander",
        choices=[(kind.value, kind.label) for kind in ASKED_KINDS],
        coerce=Document.Kind,
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "Cochez au moins un document.",
            "invalid_choice": "Choisissez parmi les documents de la liste.",
        },
    )
    text = forms.CharField(
        label="Précisions pour le réparateur",
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "cols": 60}),
        help_text="Il les lit telles quelles.",
    )
    due_on = forms.DateField(
        label="Attendu pour le",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Écrivez une date, par exemple 31/12/2026."},
    )


class Requests(PostedForms):
    """Part of the dossier's page."""

    posts = {"demander": "ask", "demande": "settle"}
    post_menus = dict.fromkeys(posts.values(), Menu.ACT)

    def requests_of(self, request: HttpRequest, dossier: Dossier) -> dict[str, Any]:
        """What the part shows: the requests, newest first, and the form of a new one."""
        rows = DocumentRequest.objects.visible_to(actor_of(request)).filter(dossier=dossier)
        may_ask = Action.REQUEST_DOCUMENTS in dossier.actions_for(actor_of(request))
        return {
            "document_requests": rows.order_by("-asked_at", "-pk"),
            "ask_form": AskForm(initial={"due_on": default_due(dossier)}, auto_id="demander_%s") if may_ask else None,
            "today": timezone.localdate(),
        }

    def ask(self, request: HttpRequest, dossier: Any) -> tuple[int, str]:
        form = AskForm(request.POST)
        if not form.is_valid():
            return messages.ERROR, said(form)
        asked = request_documents(dossier, actor=actor_of(request), **form.cleaned_data)
        return messages.SUCCESS, f"Demandé pour le {asked.due_on:%d/%m/%Y} : {asked.label}. Le réparateur le voit."

    def settle(self, request: HttpRequest, dossier: Any) -> tuple[int, str]:
        """One of the buttons beside a request."""
        asked = self._asked(request, dossier)
        actor = actor_of(request)
        match request.POST.get("decision"):
            case "retirer":
                withdraw_request(asked, actor=actor)
                return messages.SUCCESS, "La demande est retirée : plus rien n’est attendu, personne n’est relancé."
            case "verifier":
                finish_request(asked, actor=actor)
                return messages.SUCCESS, "La demande est close : les documents sont reçus et vérifiés."
            case "prolonger":
                asked = extend_deadline(asked, reason=request.POST.get("reason", "")[:200], actor=actor)
                return messages.SUCCESS, f"Délai prolongé jusqu’au {asked.due_on:%d/%m/%Y}."
        return messages.ERROR, "Choisissez ce qu’il faut faire de la demande."

    def _asked(self, request: HttpRequest, dossier: Dossier) -> DocumentRequest:
        """A row of this dossier, or the one answer an absent and a foreign one get."""
        rows = DocumentRequest.objects.visible_to(actor_of(request)).filter(dossier=dossier)
        asked = rows.filter(pk=number_typed(request.POST.get("demande", ""))).first()
        if asked is None:
            raise Http404
        return asked
