"""Shops that ask for an account: what is known of them, and the decision.

Here and not beside the other accounts pages, because the evidence is the cabinet's dossiers.
"""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import Case, OuterRef, QuerySet, Subquery, When
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.formats import date_format

from accounts.exceptions import NotAllowed
from accounts.menus import Menu
from accounts.models import AccountRequest, CabinetEstablishment, ShopMember
from accounts.scope import Actor
from accounts.services import approve_request, ask_applicant, refuse_request
from accounts.tenantadmin import TenantModelAdmin, actor_of, journal_of
from accounts.validators import display_siret
from claims.admin.dossiers import matching
from claims.admin.forms import ApprovalForm, QuestionForm, RefusalForm, said
from claims.admin.workspace import PostedForms
from claims.models import Dossier

PENDING = AccountRequest.State.PENDING
KEPT = {
    "dossiers": "dossiers de ce SIRET",
    "references": "dont",
    "known_email": "e-mail connu du cabinet",
    "shop_known": "réparateur du cabinet",
    "same_siren": "personnes du même SIREN",
    "others_waiting": "autres demandes pour ce SIRET",
    "code_received": "code reçu à l’adresse connue",
    "invitation": "invitation n°",
    "asked_siret": "SIRET demandé, fusionné depuis avec celui-ci",
}
SHOWN = {True: "oui", False: "non", "the same": "le même", "another": "un autre", "unknown": "aucun"}


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "aucun"
    return SHOWN.get(value, str(value)) if isinstance(value, (bool, str)) else str(value)


SHOWN_DOSSIERS = 10


def evidence(request: AccountRequest, actor: Actor) -> dict[str, Any]:
    """What speaks for the requester, as far as this actor may see: a SIRET is public and proves nothing."""
    dossiers = Dossier.objects.visible_to(actor).filter(
        pk__in=matching([request.siret]), cabinet=request.cabinet_id, siret=request.siret
    )
    links = CabinetEstablishment.objects.visible_to(actor).filter(cabinet=request.cabinet_id)
    link = links.filter(establishment__siret=request.siret).select_related("establishment").first()
    known = link.email if link else ""
    siren = request.siret[:9]
    people = ShopMember.objects.visible_to(actor).filter(organisation__establishments__siret__startswith=siren)
    others = AccountRequest.objects.visible_to(actor)
    return {
        "count": dossiers.count(),
        "dossiers": list(dossiers.order_by("-pk")[:SHOWN_DOSSIERS]),
        "link": link,
        "known_email": known,
        "email_matches": bool(known) and known.casefold() == request.user.email.casefold(),
        "others": others.exclude(pk=request.pk).filter(siret=request.siret, state=PENDING).count(),
        "partial": actor.entrusted is not None,
        "same_siren": list(people.filter(left_at=None).select_related("user", "organisation").distinct()),
    }


def kept(found: dict[str, Any]) -> dict[str, Any]:
    """What is kept of it with the decision: counts and answers, nobody's name or address."""
    email = "the same" if found["email_matches"] else "another" if found["known_email"] else "unknown"
    return {
        "dossiers": found["count"],
        "references": [dossier.reference for dossier in found["dossiers"]],
        "known_email": email,
        "shop_known": found["link"] is not None,
        "same_siren": len(found["same_siren"]),
        "others_waiting": found["others"],
    }


@admin.register(AccountRequest)
class AccountRequestAdmin(PostedForms, TenantModelAdmin):
    """Decided once; whoever comes second is told."""

    menu = Menu.REQUESTS
    list_display = (
        "company_name", "siret_shown", "email", "known_shown", "cabinet", "state_label", "requested_on",
    )  # fmt: skip
    list_filter = ("state", "cabinet")
    list_select_related = ("user", "cabinet")
    ordering = (Case(When(state=PENDING, then=0), default=1), "-requested_at", "-pk")
    search_fields = ("company_name", "siret", "user__email")
    sortable_by = ("company_name", "requested_on")
    fields = (
        "company_name", "siret_shown", "postal_code", "email", "mobile", "cabinet", "requested_at", "state_label",
    )  # fmt: skip
    told = (
        "question", "asked_at", "answer", "answered_at",
        "decided_at", "decided_by", "reason", "checked_how", "check_note", "evidence",
    )  # fmt: skip
    actions = ("approve_selected",)
    post_menus = {"approve": Menu.REQUESTS, "refuse": Menu.REQUESTS, "ask": Menu.REQUESTS}
    posts = {"approuver": "approve", "refuser": "refuse", "demander": "ask"}
    change_form_template = "admin/accounts/accountrequest/change_form.html"

    def get_queryset(self, request: HttpRequest) -> "QuerySet[AccountRequest]":
        links = CabinetEstablishment.objects.visible_to(actor_of(request))
        known = links.filter(cabinet=OuterRef("cabinet"), establishment__siret=OuterRef("siret"))
        found: QuerySet[AccountRequest] = super().get_queryset(request)
        return found.annotate(known_email=Subquery(known.values("email")[:1]))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """What was typed, then what has happened: nothing stands empty."""
        happened = [name for name in self.told if getattr(obj, name, None)]
        shown = [{"evidence": "evidence_shown"}.get(name, name) for name in happened]
        return [*super().get_fields(request, obj), *shown]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        row, actor = self.get_object(request, object_id), actor_of(request)
        context = {
            "title": "Demande de compte",
            "evidence": evidence(row, actor) if row.state == PENDING else None,  # approving itself makes evidence
            "entries": journal_of(row, actor),
            "approval_form": ApprovalForm(account_request=row, auto_id="approuver_%s"),
            "refusal_form": RefusalForm(auto_id="refuser_%s"),
            "question_form": QuestionForm(auto_id="demander_%s"),
            "may_decide": row.state == PENDING,
        }
        return super().change_view(request, object_id, form_url, context | (extra_context or {}))

    def approve(self, request: HttpRequest, row: AccountRequest) -> tuple[int, str]:
        form, actor = ApprovalForm(request.POST, account_request=row), actor_of(request)
        if not form.is_valid():
            return messages.ERROR, said(form)
        approve_request(row, actor=actor, **form.cleaned_data, evidence=kept(evidence(row, actor)))
        return messages.SUCCESS, f"Le compte de {row.company_name} est ouvert ; le demandeur en est averti."

    def refuse(self, request: HttpRequest, row: AccountRequest) -> tuple[int, str]:
        form, actor = RefusalForm(request.POST), actor_of(request)
        if not form.is_valid():
            return messages.ERROR, said(form)
        reason = form.cleaned_data["reason"]
        refuse_request(row, actor=actor, reason=reason, evidence=kept(evidence(row, actor)))
        return messages.SUCCESS, f"La demande de {row.company_name} est refusée ; le demandeur en est averti."

    def ask(self, request: HttpRequest, row: AccountRequest) -> tuple[int, str]:
        form = QuestionForm(request.POST)
        if not form.is_valid():
            return messages.ERROR, said(form)
        ask_applicant(row, actor=actor_of(request), question=form.cleaned_data["question"])
        return messages.SUCCESS, f"La question est envoyée à {row.user.email} ; vous serez prévenu de la réponse."

    @admin.action(description="Approuver les demandes choisies", permissions=["view"])
    def approve_selected(self, request: HttpRequest, queryset: "QuerySet[AccountRequest]") -> HttpResponse | None:
        """Show what speaks for each, then do each on its own: one decided meanwhile does not stop the others."""
        pending = list(queryset.filter(state=PENDING).select_related("user", "cabinet"))
        actor, form = actor_of(request), ApprovalForm(request.POST if "confirmed" in request.POST else None)
        if not form.is_valid():
            return self._confirmation(request, pending, form)
        refusals = []
        for row in pending:
            try:
                approve_request(row, actor=actor, **form.cleaned_data, evidence=kept(evidence(row, actor)))
            except NotAllowed as refusal:
                refusals.append(f"{row.company_name} : {refusal}")
        done = len(pending) - len(refusals)
        self.message_user(request, f"{done} compte{'s' if done > 1 else ''} ouvert{'s' if done > 1 else ''}.")
        for sentence in refusals:
            self.message_user(request, sentence, messages.ERROR)
        return None

    def _confirmation(self, request: HttpRequest, pending: list[AccountRequest], form: ApprovalForm) -> HttpResponse:
        actor = actor_of(request)
        context = {
            **self.admin_site.each_context(request),
            "title": "Approuver ces demandes ?",
            "opts": self.opts,
            "requests": [(row, evidence(row, actor)) for row in pending],
            "approval_form": form,
            "checkbox": ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "admin/accounts/accountrequest/approve.html", context)

    @admin.display(description="SIRET", ordering="siret")
    def siret_shown(self, row: AccountRequest) -> str:
        return display_siret(row.siret)

    @admin.display(description="demandée le", ordering="requested_at")
    def requested_on(self, row: AccountRequest) -> str:
        return date_format(timezone.localtime(row.requested_at), "SHORT_DATE_FORMAT")

    @admin.display(description="état", ordering="state")
    def state_label(self, row: AccountRequest) -> str:
        return row.state_shown

    @admin.display(description="ce que l’on savait à la décision")
    def evidence_shown(self, row: AccountRequest) -> str:
        return " ; ".join(f"{KEPT.get(name, name)} : {_shown(value)}" for name, value in row.evidence.items()) or "–"

    @admin.display(description="mobile du demandeur")
    def mobile(self, row: AccountRequest) -> str:
        return row.user.mobile or "–"

    @admin.display(description="e-mail du demandeur")
    def email(self, row: AccountRequest) -> str:
        return row.user.email

    @admin.display(description="e-mail connu du cabinet")
    def known_shown(self, row: Any) -> str:
        if not row.known_email:
            return "aucun"
        return "le même" if row.known_email.casefold() == row.user.email.casefold() else "un autre"
