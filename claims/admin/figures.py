"""« Statistiques »: delays, volumes, refusals and decisions of what one sees, drawn by the server, and as a file."""

import hashlib
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone

from accounts import sheets
from accounts.menus import Menu
from accounts.scope import Actor, Kind
from accounts.tenantadmin import actor_of
from claims.services import statistics
from claims.services.statistics import Delay, Period, Week

if TYPE_CHECKING:
    from accounts.tenantadmin import TenantModelAdmin as _Admin
else:
    _Admin = object

SPANS = {"4": "4 semaines", "13": "3 mois", "26": "6 mois", "52": "1 an"}
WIDTH, HEIGHT, GAP = 760, 180, 4  # of a drawing, in its own units
SHOPS_SHOWN = 50  # of the thousands a cabinet may work with; the file has them all
WORTH_KEEPING = 0.5  # seconds figures took; what is quicker is computed each time
KEPT_FOR = 600  # seconds
SERIES = (("missions", "Missions"), ("received", "Documents reçus"), ("closed", "Dossiers terminés"))
TOO_FEW = "trop peu"


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle, and what it says when one points at it."""

    x: float
    y: float
    width: float
    height: float
    kind: str
    title: str


def highest_of(weeks: list[Week]) -> int:
    return max((getattr(week, name) for week in weeks for name, _ in SERIES), default=0)


def bars_of(weeks: list[Week]) -> list[Bar]:
    """Three bars a week, on one scale."""
    highest = highest_of(weeks) or 1
    step = WIDTH / max(1, len(weeks))
    width = (step - GAP) / len(SERIES)
    found = []
    for number, week in enumerate(weeks):
        for place, (name, label) in enumerate(SERIES):
            value = getattr(week, name)
            height = round(HEIGHT * value / highest, 1)
            x = round(number * step + place * width, 1)
            title = f"{label}, semaine du {week.monday:%d/%m/%Y} : {value}"
            found.append(Bar(x, round(HEIGHT - height, 1), round(width, 1), height, name, title))
    return found


def spans_of(delays: list[Delay]) -> list[dict[str, Any]]:
    """For each step a bar to the median and a thinner one to the 90th percentile, on one scale."""
    longest = max((delay.ninetieth or 0 for delay in delays), default=0) or 1
    return [
        {
            "delay": delay,
            "median": round(WIDTH * (delay.median or 0) / longest, 1),
            "ninetieth": round(WIDTH * (delay.ninetieth or 0) / longest, 1),
        }
        for delay in delays
    ]


class Figures(_Admin):
    """A page beside the list of dossiers."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.statistics_view)
        return [path("statistiques/", view, name="claims_dossier_statistics"), *super().get_urls()]

    def statistics_view(self, request: HttpRequest) -> HttpResponse | FileResponse:
        actor = actor_of(request)
        if not self.has_view_permission(request) or not actor.opens(Menu.STATISTICS):
            raise PermissionDenied
        weeks = request.GET.get("semaines", "")
        weeks = weeks if weeks in SPANS else "26"
        found = kept_figures(actor, int(weeks))
        if request.GET.get("format") == "csv":
            file = sheets.write_csv(("Tableau", "Ligne", "Nombre", "Médiane (jours)", "90 % (jours)"), lines_of(found))
            return FileResponse(file, as_attachment=True, filename="statistiques.csv")
        context = {
            **self.admin_site.each_context(request),
            "title": "Statistiques",
            "opts": self.opts,
            "spans": SPANS,
            "weeks": weeks,
            "smallest": settings.SMALLEST_GROUP,
            "width": WIDTH,
            "shops_shown": SHOPS_SHOWN,
            "shown_shops": found["shops"][:SHOPS_SHOWN],
            "highest": highest_of(found["volumes"]),
            "height": HEIGHT,
            "series": SERIES,
            "bars": bars_of(found["volumes"]),
            "drawn": spans_of(found["delays"]),
            **found,
        }
        return TemplateResponse(request, "admin/claims/dossier/statistics.html", context)


def kept_figures(actor: Actor, weeks: int) -> dict[str, Any]:
    """The figures, or, where they take long, those of the same person who saw the same at most ten minutes ago."""
    seen = (actor.kind, actor.user_id, actor.role, actor.cabinet_ids, actor.entrusted, weeks, timezone.localdate())
    key = f"figures:{hashlib.sha256(repr(seen).encode()).hexdigest()}"
    found: dict[str, Any] | None = cache.get(key)
    if found is None:
        begun = time.monotonic()
        found = figures(actor, Period.last_weeks(weeks))
        if time.monotonic() - begun > WORTH_KEEPING:
            found["kept_since"] = timezone.now()
            cache.set(key, found, KEPT_FOR)
    return found


def figures(actor: Actor, period: Period) -> dict[str, Any]:
    """Everything one may see; experts are told apart for whoever answers for the cabinet alone."""
    smallest = settings.SMALLEST_GROUP
    answers = actor.kind == Kind.NETWORK or actor.role == "responsable"
    return {
        "delays": statistics.delays(actor, period, smallest=smallest),
        "volumes": statistics.volumes(actor, period),
        "refusals": statistics.refusals(actor, period),
        "decisions": statistics.decisions(actor, period),
        "shops": statistics.per_shop(actor, period, smallest=smallest),
        "experts": statistics.per_expert(actor, period, smallest=smallest) if answers else None,
    }


def lines_of(found: dict[str, Any]) -> list[sheets.Row]:
    """The tables one under the other, as a spreadsheet takes them."""
    lines: list[sheets.Row] = [_line("Délais", delay.label, delay) for delay in found["delays"]]
    for week in found["volumes"]:
        for name, label in SERIES:
            lines.append((f"{label}, par semaine", f"{week.monday:%d/%m/%Y}", getattr(week, name), None, None))
    lines += [("Documents non conformes", reason, count, None, None) for reason, count in found["refusals"]]
    lines += [("Compléments", decision, count, None, None) for decision, count in found["decisions"]]
    lines += [_line("Réparateurs, de la mission à l’expertise", name, delay) for name, _, delay in found["shops"]]
    for name, _count, delays in found["experts"] or ():
        lines += [_line(f"Expert {name}", delay.label, delay) for delay in delays]
    return lines


def _line(table: str, label: str, delay: Delay) -> sheets.Row:
    told = [TOO_FEW if value is None else str(value).replace(".", ",") for value in (delay.median, delay.ninetieth)]
    return (table, label, delay.count, *told)
