"""Dossiers that shops do not see: what the cabinet has under that plate or number, and the answer."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Case, QuerySet, When
from django.http import HttpRequest, HttpResponse

from accounts.menus import Menu
from accounts.scope import Actor
from accounts.tenantadmin import EVENT_LABELS, TenantModelAdmin, actor_of, journal_of
from claims.admin.forms import AnswerForm, said
from claims.admin.workspace import PostedForms
from claims.models import Dossier, MissingDossierRequest
from claims.models.plates import named
from claims.services.missing import Fact, answer_request

EVENT_LABELS.update({Fact.MISSING_DOSSIER_ASKED: "Dossier demandé", Fact.MISSING_DOSSIER_ANSWERED: "Réponse donnée"})
OPEN = MissingDossierRequest.State.OPEN
SHOWN_DOSSIERS = 10


def own_dossiers(row: MissingDossierRequest, actor: Actor) -> "QuerySet[Dossier]":
    """The cabinet's dossiers of that plate or number; those attached to nobody first, as the likely ones."""
    found = Dossier.objects.visible_to(actor).filter(named(row.wanted_key), cabinet=row.cabinet_id)
    orphans_first = Case(When(establishment=None, then=0), default=1)
    return found.select_related("establishment").order_by(orphans_first, "-pk")[:SHOWN_DOSSIERS]


@admin.register(MissingDossierRequest)
class MissingDossierRequestAdmin(PostedForms, TenantModelAdmin):
    """Answered once; the author is named by the establishment, never in person."""

    menu = Menu.REQUESTS
    list_display = ("wanted", "establishment", "finding", "state", "created_at", "answered_by")
    list_filter = ("state", "cabinet")
    list_select_related = ("establishment",)
    ordering = (Case(When(state=OPEN, then=0), default=1), "-created_at", "-pk")
    search_fields = ("wanted", "wanted_key", "establishment__siret")
    sortable_by = ("created_at",)
    fields = (
        "wanted", "message", "establishment", "cabinet", "finding", "created_at",
        "state", "answer", "answered_at", "answered_by",
    )  # fmt: skip
    post_menus = {"reply": Menu.REQUESTS}
    posts = {"repondre": "reply"}
    change_form_template = "admin/claims/missingdossierrequest/change_form.html"

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        row, actor = self.get_object(request, object_id), actor_of(request)
        context = {
            "title": "Dossier introuvable",
            "own_dossiers": own_dossiers(row, actor),
            "answer_form": AnswerForm(),
            "entries": journal_of(row, actor),
        }
        return super().change_view(request, object_id, form_url, context | (extra_context or {}))

    def reply(self, request: HttpRequest, row: MissingDossierRequest) -> tuple[int, str]:
        form = AnswerForm(request.POST)
        if not form.is_valid():
            return messages.ERROR, said(form)
        answer_request(row, answer=form.cleaned_data["answer"], actor=actor_of(request))
        return messages.SUCCESS, "La demande est close ; le réparateur est averti de votre réponse."
