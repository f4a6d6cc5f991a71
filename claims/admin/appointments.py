"""The cabinet's side of the dates: on a dossier's page, and as the list of what waits for an answer."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Case, QuerySet, When
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.adminlists import Column, ExportedList, confirmation, each, is_confirmed, report
from accounts.menus import Menu
from accounts.scope import Actor
from accounts.tenantadmin import EVENT_LABELS, TenantModelAdmin, actor_of
from claims.admin.entrusting import MineFilter
from claims.admin.forms import said as complaint
from claims.calendar import add_working_days
from claims.forms.dates import DateActForm, OfferForm
from claims.models import Appointment, Dossier
from claims.models.appointments import NO_DATE
from claims.services.appointments import WITH_DATE, Fact, move_date, offered_kinds, said
from claims.workflow import Action, DateKind, DateStatus, date_actions_for

EVENT_LABELS.update({Fact.DATE_FOR_CABINET: "Cabinet averti", Fact.DATE_FOR_SHOP: "Réparateur averti"})
COLUMNS: list[Column] = [
    ("Dossier", lambda row: row.dossier.reference),
    ("Objet", lambda row: DateKind(row.kind).label),
    ("Début", lambda row: row.starts_on),
    ("Fin", lambda row: row.ends_on),
    ("Moment", lambda row: row.get_half_display() if row.half else ""),
    ("Heure", lambda row: f"{row.at:%H:%M}" if row.at else ""),
    ("État", lambda row: row.get_status_display()),
    ("Réparateur", lambda row: row.establishment.name if row.establishment else ""),
    ("Depuis le", lambda row: timezone.localdate(row.moved_at)),
    ("Motif", lambda row: row.reason),
]
ANSWER_WITHIN = 2  # working days, as for a mission received
DONE_HERE = {
    Action.OFFER_DATE: "La date est proposée : le réparateur est averti.",
    Action.VALIDATE_DATE: "La date est validée : le réparateur est averti.",
    Action.REFUSE_DATE: "La date est refusée : le réparateur est averti du motif.",
    Action.WITHDRAW_DATE: "Votre date est retirée.",
    Action.CANCEL_DATE: "Le rendez-vous est annulé : le réparateur est averti du motif.",
}


def is_late(row: Appointment) -> bool:
    """Whether the shop has waited longer than the portal's delay, or the day itself is here."""
    if row.status != DateStatus.PROPOSED:
        return False
    today = timezone.localdate()
    asked = timezone.localdate(row.moved_at)
    return add_working_days(asked, ANSWER_WITHIN) < today or row.starts_on <= today


def dates_of(dossier: Dossier, actor: Actor) -> list[dict[str, Any]]:
    """A line per kind: where it stands, what may be done, and the form of another date."""
    found = Appointment.objects.visible_to(actor).current().filter(dossier=dossier)
    rows = {DateKind(row.kind): row for row in found}
    offered = offered_kinds(dossier)
    return [
        _line(kind, rows.get(kind), actor, may=kind in offered) for kind in DateKind if kind in rows or kind in offered
    ]


def _line(kind: DateKind, row: Appointment | None, actor: Actor, *, may: bool) -> dict[str, Any]:
    status = DateStatus(row.status) if row else None
    actions = date_actions_for(status, actor.kind) if may else []
    is_past = row is not None and status == DateStatus.PROPOSED and row.starts_on < timezone.localdate()
    if is_past:  # what is left is another date, or no
        actions = [action for action in actions if action != Action.VALIDATE_DATE]
    return {
        "kind": kind,
        "row": row,
        "token": row.token if row else NO_DATE,
        "text": said(row.wish) if row else "",
        "late": row is not None and is_late(row),
        "past": is_past,
        "actions": actions,
        "form": OfferForm(kind=kind) if Action.OFFER_DATE in actions else None,
    }


class DatesOfDossier:
    """What staff do to the dates of a dossier; `DossierAdmin` posts it to `dates/`."""

    def date(self, request: HttpRequest, dossier: Any) -> tuple[int, str]:
        act = DateActForm(request.POST)
        if not act.is_valid():
            return messages.ERROR, complaint(act)
        kind, action = act.cleaned_data["type"], act.cleaned_data["acte"]
        wish = None
        if action in WITH_DATE:
            form = OfferForm(request.POST, kind=kind)
            if not form.is_valid():
                return messages.ERROR, complaint(form)
            wish = form.wish()
        seen, reason = act.cleaned_data["vu"], act.cleaned_data["motif"]
        move_date(dossier, kind, action, actor=actor_of(request), seen=seen, wish=wish, reason=reason)
        return messages.SUCCESS, DONE_HERE.get(action, "C’est fait.")


@admin.register(Appointment)
class AppointmentAdmin(ExportedList, TenantModelAdmin):
    """Every date of the cabinet, those to answer first; each leads to its dossier, where it is answered."""

    menu = Menu.DATES
    list_display = ("dossier_link", "kind", "when", "status", "shop", "waiting_since", "lateness")
    list_display_links = None
    list_filter = ("status", MineFilter, "kind", ("starts_on", admin.DateFieldListFilter))
    list_select_related = ("dossier", "establishment")
    search_fields = ("dossier__reference",)
    sortable_by = ("when",)
    fields = ("dossier_link", "kind", "when", "status", "reason", "cabinet", "establishment", "created_at", "moved_at")
    readonly_fields = ("dossier_link", "when")
    actions = ("validate_selected",)
    view_menus = {"export": Menu.DATES}
    columns = COLUMNS
    file_name = "dates"

    def get_ordering(self, request: HttpRequest) -> Any:
        """Those one can still say yes to, then those whose day went by: another date is proposed for them."""
        proposed, today = DateStatus.PROPOSED, timezone.localdate()
        ahead = When(status=proposed, starts_on__gte=today, then=0)
        return Case(ahead, When(status=proposed, then=1), default=2), "starts_on", "pk"

    def has_answer_permission(self, request: HttpRequest) -> bool:
        return actor_of(request).opens(Menu.DATES)

    @admin.action(description="Valider les dates choisies", permissions=["answer"])
    def validate_selected(self, request: HttpRequest, queryset: "QuerySet[Appointment]") -> HttpResponse | None:
        """Each date as it was shown: one that moved meanwhile is not validated, and says so."""
        chosen: list[Any] = list(queryset.select_related("dossier", "establishment").order_by("starts_on", "pk"))
        for row in chosen:
            row.seen_as = row.token
            row.told = " – ".join(part for part in (said(row.wish, row.kind), self.shop(row)) if part != "–")
        if not is_confirmed(request, chosen):
            return confirmation(self, request, chosen, title="Valider les dates", verb="Valider ces dates")
        actor, posted = actor_of(request), request.POST

        def validate(row: Appointment) -> None:
            seen, kind = posted.get(f"vu-{row.pk}", ""), DateKind(row.kind)
            move_date(row.dossier, kind, Action.VALIDATE_DATE, actor=actor, seen=seen)

        report(self, request, each(chosen, validate), "Dates validées")
        return None

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Appointment]":
        found: QuerySet[Appointment] = super().get_queryset(request)
        return found.filter(is_current=True)

    @admin.display(description="dossier")
    def dossier_link(self, row: Appointment) -> SafeString:
        url = reverse("admin:claims_dossier_change", args=[row.dossier_id])
        return format_html('<a href="{}#dates">{}</a>', url, row.dossier.reference)

    @admin.display(description="date", ordering="starts_on")
    def when(self, row: Appointment) -> str:
        return said(row.wish)

    @admin.display(description="réparateur")
    def shop(self, row: Appointment) -> str:
        return row.establishment.name if row.establishment else "–"

    @admin.display(description="depuis le")
    def waiting_since(self, row: Appointment) -> str:
        return f"{timezone.localtime(row.moved_at):%d/%m/%Y}"

    @admin.display(description="à répondre")
    def lateness(self, row: Appointment) -> str:
        if row.status != DateStatus.PROPOSED:
            return "–"
        late = "date passée" if row.starts_on < timezone.localdate() else "en retard" if is_late(row) else ""
        return format_html('<strong class="late">{}</strong>', late) if late else "dans les temps"
