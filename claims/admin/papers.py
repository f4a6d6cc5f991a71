"""« Documents reçus à vérifier »: what shops have sent, each beside its decision, one after the other."""

from typing import Any

from csp.decorators import csp_update
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.views.decorators.clickjacking import xframe_options_sameorigin

from accounts.adminlists import Column, ExportedList, confirmation, each, is_confirmed, report
from accounts.menus import Menu
from accounts.postedforms import PostedForms
from accounts.tenantadmin import TenantModelAdmin, actor_of
from claims.admin.entrusting import MineFilter
from claims.admin.forms import said
from claims.admin.verdicts import CheckForm
from claims.models import Document
from claims.services.acknowledgements import note_seen
from claims.services.assignments import mine
from claims.services.verdicts import qualify
from claims.views.downloads import framed, send
from claims.views.files import file_name

Verdict = Document.Verdict
FOLLOW_UPS = {"a-verifier": "À vérifier", "refuses": "Non conformes, à renvoyer"}


class CheckedFilter(admin.SimpleListFilter):
    """What is to check unless something else is asked for: all that shops ever sent is no list to work through."""

    title = "suite"
    parameter_name = "suite"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(FOLLOW_UPS.items())

    def choices(self, changelist: Any) -> Any:
        for slug, label in FOLLOW_UPS.items():
            query = changelist.get_query_string({self.parameter_name: slug})
            yield {"selected": (self.value() or "a-verifier") == slug, "query_string": query, "display": label}

    def queryset(self, request: HttpRequest, queryset: Any) -> "QuerySet[Document]":
        found: QuerySet[Document] = (
            queryset.sent().filter(verdict=Verdict.REFUSED, resends=None)
            if self.value() == "refuses"
            else queryset.to_check()
        )
        return found


COLUMNS: list[Column] = [
    ("Dossier", lambda row: row.dossier.reference),
    ("Type", lambda row: row.get_kind_display()),
    ("Nom", lambda row: row.label),
    ("Réparateur", lambda row: row.establishment.name if row.establishment else ""),
    ("Reçu le", lambda row: timezone.localdate(row.published_at)),
    ("Décision", lambda row: row.get_verdict_display() if row.verdict else "à vérifier"),
    ("Motif", lambda row: row.verdict_reason),
]


@admin.register(Document)
class DocumentAdmin(ExportedList, PostedForms, TenantModelAdmin):
    """The oldest first; deciding one leads to the next."""

    menu = Menu.QUALIFY
    columns = COLUMNS
    file_name = "documents"
    lists_part = True
    list_title = "Documents reçus à vérifier"
    list_display = ("kind_shown", "label_shown", "dossier_link", "shop", "sent_on", "seen")
    list_display_links = ("kind_shown", "label_shown")
    list_filter = (CheckedFilter, MineFilter, "kind")
    list_select_related = ("dossier", "establishment")
    ordering = ("published_at", "pk")
    search_fields = ("dossier__reference",)
    search_help_text = "N° de dossier"
    sortable_by = ()
    actions = ("accept_selected",)
    fields = (
        "kind", "label", "dossier_link", "shop", "sent_on", "sender_label", "size", "seen_at",
        "verdict", "verdict_reason", "verdict_at", "verdict_by",
    )  # fmt: skip
    readonly_fields = ("dossier_link", "shop", "sent_on")
    posts = {"verifier": "judge"}
    post_menus = {"judge": Menu.QUALIFY}
    view_menus = {"export": Menu.QUALIFY, "file": Menu.QUALIFY}
    change_form_template = "admin/claims/document/change_form.html"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(xframe_options_sameorigin(self.file_view))
        return [path("<int:pk>/fichier/", view, name="claims_document_file"), *super().get_urls()]

    def file_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """The file, for the frame of the page where it is checked, and for no other site's."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        paper = self.get_object(request, str(pk))
        if request.method not in {"GET", "HEAD"} or paper.safety != Document.Safety.CLEAN:
            raise Http404
        answer = send(
            request, paper.file.name, name=file_name(paper), content_type=paper.content_type, etag=paper.sha256
        )
        return framed(answer)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        paper, actor = self.get_object(request, object_id), actor_of(request)
        if self.has_view_permission(request) and paper.safety == Document.Safety.CLEAN:
            note_seen(paper, actor=actor)
        others = self._others(request, paper)
        context = {
            "title": "Vérifier un document",
            "paper": paper,
            "others": others,
            "left": self._queue(request).exclude(pk=paper.pk).count(),
            "mine_only": request.GET.get("suivi") == "moi",
            "check_form": CheckForm(document=paper, others=len(others)) if _is_deposit(paper) else None,
        }
        answer = super().change_view(request, object_id, form_url, context | (extra_context or {}))
        csp_update({"frame-src": ["'self'"]})(lambda _request: answer)(request)
        return answer

    def judge(self, request: HttpRequest, paper: Document) -> tuple[int, str]:
        others = self._others(request, paper)
        form = CheckForm(request.POST, document=paper, others=len(others))
        if not form.is_valid():
            return messages.ERROR, said(form)
        verdict, reason, actor = form.cleaned_data["verdict"], form.said_reason(), actor_of(request)
        found = [paper, *(others if form.cleaned_data.get("whole") else ())]
        for one in found:
            qualify(one, verdict=verdict, reason=reason, actor=actor)
        what = f"« {paper.label} » est" if len(found) == 1 else f"{len(found)} documents :"
        return messages.SUCCESS, f"{what} {Verdict(verdict).label}. Le réparateur le sait."

    def after_post(self, request: HttpRequest, row: Any, *, done: bool) -> HttpResponse:
        """On to the next of the queue, of one's own dossiers if one began there; the list when none is left."""
        mine_only = request.POST.get("suivi") == "moi"
        query = "?" + urlencode({"suivi": "moi"}) if mine_only else ""
        if not done:
            return redirect(f"{reverse('admin:claims_document_change', args=[row.pk])}{query}")
        rows = self._queue(request).exclude(pk=row.pk).order_by("published_at", "pk")
        following = (rows.filter(dossier__in=mine(actor_of(request)).values("pk")) if mine_only else rows).first()
        if following is None:
            return redirect(f"{reverse('admin:claims_document_changelist')}{query}")
        return redirect(f"{reverse('admin:claims_document_change', args=[following.pk])}{query}")

    def _queue(self, request: HttpRequest) -> "QuerySet[Document]":
        return Document.objects.visible_to(actor_of(request)).to_check()

    def _others(self, request: HttpRequest, paper: Document) -> list[Document]:
        """What came in the same sending and nobody has decided on."""
        if paper.deposit_id is None:
            return []
        return list(self._queue(request).filter(deposit=paper.deposit_id).exclude(pk=paper.pk).order_by("pk"))

    @admin.action(description="Dire conformes les documents choisis", permissions=["view"])
    def accept_selected(self, request: HttpRequest, queryset: "QuerySet[Document]") -> HttpResponse | None:
        found = queryset.filter(direction=Document.Direction.SENT, verdict="")
        chosen = list(found.select_related("dossier"))
        if not is_confirmed(request, chosen):
            return confirmation(self, request, chosen, title="Dire conformes", verb="Dire ces documents conformes")
        actor = actor_of(request)
        outcome = each(chosen, lambda one: qualify(one, verdict=Verdict.COMPLIANT, actor=actor))
        report(self, request, outcome, "Documents conformes, réparateurs prévenus")
        return None

    @admin.display(description="type")
    def kind_shown(self, paper: Document) -> str:
        return paper.get_kind_display()

    @admin.display(description="libellé")
    def label_shown(self, paper: Document) -> str:
        return paper.label

    @admin.display(description="dossier")
    def dossier_link(self, paper: Document) -> SafeString:
        url = reverse("admin:claims_dossier_change", args=[paper.dossier_id])
        return format_html('<a href="{}">{}</a>', url, paper.dossier.reference)

    @admin.display(description="réparateur")
    def shop(self, paper: Document) -> str:
        return paper.establishment.name if paper.establishment else "–"

    @admin.display(description="envoyé le")
    def sent_on(self, paper: Document) -> str:
        return date_format(timezone.localtime(paper.published_at), "d/m/Y H:i")

    @admin.display(description="ouvert", boolean=True)
    def seen(self, paper: Document) -> bool:
        return paper.seen_at is not None


def _is_deposit(paper: Document) -> bool:
    return paper.direction == Document.Direction.SENT and paper.safety == Document.Safety.CLEAN
