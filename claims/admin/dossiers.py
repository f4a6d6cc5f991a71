"""The cabinet's list of dossiers, and the page from which a dossier is worked on."""

from typing import Any

from django.contrib import admin
from django.db.models import F, QuerySet
from django.db.models.expressions import RawSQL
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.menus import Menu
from accounts.tenantadmin import TenantModelAdmin, actor_of, journal_of
from accounts.validators import display_siret
from claims.admin import workspace
from claims.admin.appointments import DatesOfDossier, dates_of
from claims.admin.entrusting import Entrusting, MyDossiersFilter
from claims.admin.facts import FactsPart
from claims.admin.figures import Figures
from claims.admin.forms import BUTTONS, PublishForm, SiretForm
from claims.admin.incidents import Incidents
from claims.admin.moving import Moving
from claims.admin.requests import Requests
from claims.admin.shots import sets_of
from claims.admin.siret import Orphans, known_shops, label_of, likely_links
from claims.admin.supplements import Supplements
from claims.models import Acknowledgement, Document, Dossier, Expectation
from claims.models.expectations import ExpectationQuerySet, beside, stored
from claims.models.queries import SEARCH_LIMIT, SEARCH_WORDS, search
from claims.services.expectations import expected_of
from claims.templatetags.display import plate
from claims.workflow import TAB_OF_STATE, State

WHOSE_TURN: dict[str, str] = {Expectation.Who.CABINET: "Au cabinet", Expectation.Who.SHOP: "Au réparateur"}
LATEST = 12  # étapes shown at once
TURNS = [("cabinet", "Au cabinet"), ("reparateur", "Au réparateur")]


def matching(words: list[str]) -> RawSQL:
    """The ids that answer all the words, by the one indexed search, which takes its tenant from the database scope."""
    return RawSQL("SELECT search_ids(%s, %s)", (words[:SEARCH_WORDS], SEARCH_LIMIT))


class StateFilter(admin.ChoicesFieldListFilter):
    """By state, and by its tab: the indexes know tabs, which a few states share."""

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        found: Any = super().queryset(request, queryset)
        tabs = {TAB_OF_STATE[State(value)][0] for value in self.lookup_val or () if value in State.values}
        return found.filter(tab__in=tabs) if tabs else found


class SiretFilter(admin.SimpleListFilter):
    """Dossiers attached to nobody, because the cabinet's file named no valid SIRET."""

    title = "rattachement"
    parameter_name = "siret"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("a-corriger", "SIRET à corriger")]

    def queryset(self, request: HttpRequest, queryset: Any) -> "QuerySet[Dossier]":
        found: QuerySet[Dossier] = queryset.without_establishment() if self.value() == "a-corriger" else queryset
        return found


def whose(side: str | None, rows: ExpectationQuerySet, queryset: Any) -> "QuerySet[Dossier]":
    """The dossiers about which one of these is expected of this side; all of them when no side is chosen."""
    chosen = {"cabinet": rows.of_cabinets(), "reparateur": rows.of_shops()}.get(side or "")
    found: QuerySet[Dossier] = queryset if chosen is None else queryset.filter(pk__in=chosen.values("dossier"))
    return found


class LateFilter(admin.SimpleListFilter):
    """Dossiers about which something is expected of the cabinet, or of the shop, and was not done in time."""

    title = "en retard"
    parameter_name = "retard"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return TURNS

    def queryset(self, request: HttpRequest, queryset: Any) -> "QuerySet[Dossier]":
        rows = Expectation.objects.visible_to(actor_of(request)).filter(due_on__lt=timezone.localdate())
        return whose(self.value(), rows, queryset)


class TurnFilter(admin.SimpleListFilter):
    title = "à qui de jouer"
    parameter_name = "tour"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return TURNS

    def queryset(self, request: HttpRequest, queryset: Any) -> "QuerySet[Dossier]":
        return whose(self.value(), Expectation.objects.visible_to(actor_of(request)), queryset)


def parts_of(found: dict[str, Any]) -> list[dict[str, Any]]:
    """The parts of the page, each with how many of its things wait for the cabinet."""
    to_check = sum(not paper.verdict for paper in found["sent"])
    counted = [
        ("dates", "Dates", sum("date_validated" in line["actions"] for line in found["dates"])),
        ("documents", "Documents reçus", to_check),
        ("publies", "Documents publiés", 0),
        ("complements", "Compléments", sum(row.is_pending for row, _ in found["supplements"])),
        ("messages", "Messages", sum(row.kind == Expectation.About.MESSAGE for row in found["expected"])),
        ("demandes", "Demandes", 0),
        ("fiche", "Fiche", 0),
        ("etapes", "Étapes", 0),
    ]
    return [{"id": part, "label": label, "count": count} for part, label, count in counted]


@admin.register(Dossier)
class DossierAdmin(
    Orphans,
    Figures,
    Moving,
    DatesOfDossier,
    workspace.Workspace,
    Requests,
    FactsPart,
    Incidents,
    Supplements,
    Entrusting,
    TenantModelAdmin,
):
    """Nothing is typed into a dossier here: the cabinet's software fills it, the table of states moves it."""

    menu, act_menu = Menu.DOSSIERS, Menu.ACT
    list_display = (
        "reference", "insured", "vehicle_shown", "shop", "state_shown", "turn_shown",
        "mission_shown", "claim_shown", "expertise_shown",
    )  # fmt: skip
    list_filter = (
        MyDossiersFilter, ("state", StateFilter), TurnFilter, LateFilter, SiretFilter, "ve_procedure",
        "is_approved_repairer", ("expertise_on", admin.DateFieldListFilter),
    )  # fmt: skip
    list_select_related = ("establishment",)
    actions = ("advance_selected", "entrust_selected")
    view_menus = {"orphans": Menu.DOSSIERS, "export": Menu.DOSSIERS, "statistics": Menu.STATISTICS}
    ordering = (F("claim_on").desc(nulls_last=True), "-pk")
    search_fields = ("reference",)  # shows the box; `get_search_results` does the search
    search_help_text = "Référence, n° de sinistre, immatriculation, assuré, véhicule, SIRET"
    sortable_by = ("reference", "state_shown", "claim_shown")  # the columns with an index
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "reference",
                    "claim_number",
                    "cabinet",
                    "state_shown",
                    "state_since",
                    "who_acts",
                    "expert_shown",
                )
            },
        ),
        ("Dates", {"fields": ("mission_on", "claim_on", "expertise_on")}),
        ("Véhicule", {"fields": ("make", "model", "plate", "former_shown", "vin", "impact", "ve_procedure")}),
        ("Assuré", {"fields": ("insured_name", "insured_email", "insured_phone")}),
        ("Assurance", {"fields": ("insurer_name", "insurer_code", "principal_name", "deductible")}),
        ("Réparateur", {"fields": ("shop", "siret", "is_approved_repairer", "amount_excl_tax", "last_estimate")}),
    )
    change_form_template = "admin/claims/dossier/change_form.html"

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Dossier]":
        """With what is expected beside each, without the columns that only the database reads."""
        rows: QuerySet[Dossier] = super().get_queryset(request).annotate(expected=beside(actor_of(request)))
        return rows.defer("search_text", "former_keys", "insured_key", "vehicle_key", "plate_key")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        actor = actor_of(request)
        may_import = actor.opens(Menu.ACT) and actor.entrusted is None
        return super().changelist_view(request, {"may_import": may_import, **(extra_context or {})})

    def get_search_results(
        self, request: HttpRequest, queryset: "QuerySet[Dossier]", search_term: str
    ) -> tuple["QuerySet[Dossier]", bool]:
        """One indexed search instead of `LIKE` over six columns, which row-level security would keep from an index."""
        words = search_term.split()
        if not words:
            return queryset, False
        return queryset.filter(pk__in=search(tuple(words[:SEARCH_WORDS]))), False  # asked once, counted and shown

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        dossier = self.get_object(request, object_id)
        context = self.work_on(request, dossier) | {"title": "Dossier"} | (extra_context or {})
        context["may_qualify"] = actor_of(request).opens(Menu.QUALIFY)
        return super().change_view(request, object_id, form_url, context)

    def work_on(self, request: HttpRequest, dossier: Dossier) -> dict[str, Any]:
        """What the page offers beside the fields: acts, papers, étapes."""
        actor = actor_of(request)
        papers = list(Document.objects.visible_to(actor).filter(dossier=dossier).newest_first())
        readings = Acknowledgement.objects.visible_to(actor).filter(dossier=dossier).select_related("document")
        orphan = dossier.establishment_id is None
        likely = likely_links(dossier, known_shops([dossier], actor)) if orphan else []
        entries = journal_of(dossier, actor)
        found: dict[str, Any] = {
            "dates": dates_of(dossier, actor),
            "expected": expected_of(dossier, actor),
            "actions": [action for action in dossier.actions_for(actor) if action in BUTTONS],
            "received": [paper for paper in papers if paper.direction == Document.Direction.RECEIVED],
            "sent": [paper for paper in papers if paper.direction == Document.Direction.SENT],
            "publish_form": PublishForm(dossier=dossier, actor=actor, auto_id="publier_%s"),
            "siret_form": SiretForm(dossier=dossier, actor=actor, auto_id="siret_%s"),
            "orphan": orphan,
            "likely": [(link.establishment.siret, label_of(link)) for link in likely],
            "readings": readings.order_by("-at"),
            "entries": entries,
            "latest": entries[:LATEST],
            "earlier": entries[LATEST:],
            **self.requests_of(request, dossier),
            **self.facts_of(request, dossier),
            **self.incidents_of(request, dossier),
            **self.supplements_of(request, dossier),
            **sets_of(request, dossier),
        }
        return found | {"parts": parts_of(found)}

    @admin.display(description="expert")
    def expert_shown(self, dossier: Dossier) -> str:
        return str(dossier.expert.user) if dossier.expert else dossier.expert_email or "–"

    @admin.display(description="assuré")
    def insured(self, dossier: Dossier) -> str:
        return dossier.insured_name

    @admin.display(description="véhicule")
    def vehicle_shown(self, dossier: Dossier) -> SafeString:
        return format_html('{}<br><span class="unbroken">{}</span>', dossier.vehicle, plate(dossier.plate))

    @admin.display(description="anciennement")
    def former_shown(self, dossier: Dossier) -> str:
        told = (f"{plate(row.plate)} (jusqu’au {date_format(row.until, 'd/m/Y')})" for row in dossier.plates_before)
        return ", ".join(told) or "–"

    @admin.display(description="réparateur")
    def shop(self, dossier: Dossier) -> str:
        return (
            f"{dossier.establishment.name} {display_siret(dossier.establishment.siret)}"
            if dossier.establishment
            else f"SIRET à corriger : {dossier.siret or 'absent'}"
        )

    @admin.display(description="état", ordering="tab")
    def state_shown(self, dossier: Dossier) -> str:
        return State(dossier.state).label

    @admin.display(description="à qui de jouer")
    def who_acts(self, dossier: Dossier) -> str:
        return " ; ".join(f"{WHOSE_TURN[row.who]} : {row.text}" for row in stored(dossier)) or "–"

    @admin.display(description="à qui de jouer")
    def turn_shown(self, dossier: Dossier) -> SafeString | str:
        rows = stored(dossier)
        sides = {row.who for row in rows}
        told = " et ".join(label for who, label in WHOSE_TURN.items() if who in sides) or "–"
        late = any(row.due_on and row.due_on < timezone.localdate() for row in rows)
        return format_html('{}<br><strong class="late">en retard</strong>', told) if late else told

    @admin.display(description="mission")
    def mission_shown(self, dossier: Dossier) -> str:
        return date_format(dossier.mission_on, "SHORT_DATE_FORMAT") if dossier.mission_on else "–"

    @admin.display(description="sinistre", ordering="claim_on")
    def claim_shown(self, dossier: Dossier) -> str:
        return date_format(dossier.claim_on, "SHORT_DATE_FORMAT") if dossier.claim_on else "–"

    @admin.display(description="expertise")
    def expertise_shown(self, dossier: Dossier) -> str:
        return date_format(dossier.expertise_on, "SHORT_DATE_FORMAT") if dossier.expertise_on else "–"
