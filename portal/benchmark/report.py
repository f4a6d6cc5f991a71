"""The figures as a table for people and as JSON for programs."""

from typing import Any

from portal.benchmark.client import Timing
from portal.benchmark.pages import Budget

HEAD = f"{'page':<20}{'requêtes':>9}{'SQL ms':>9}{'ms médian':>11}{'ms p95':>9}{'req/s':>8}{'octets':>10}{'gzip':>9}"


def lines(who: str, timings: dict[str, Timing], costs: dict[str, list[float]]) -> list[str]:
    found = ["", f"{who}", HEAD]
    for label, timing in timings.items():
        number, sql, _ = costs.get(label, [0, 0.0, 0.0])
        found.append(
            f"{label:<20}{number:>9.0f}{sql:>9.2f}{timing.median:>11.1f}{timing.p95:>9.1f}{timing.rate:>8.0f}"
            f"{timing.size:>10}{timing.compressed:>9}"
        )
    return found


def budgets(
    median: dict[str, Timing], largest: dict[str, Timing], costs: dict[str, dict[str, list[float]]]
) -> list[Budget]:
    """What performance asks of the list and its neighbours, from what was measured in one run."""
    listed, searched = median["liste"], [timing for label, timing in largest.items() if label.startswith("recherche")]
    most = {label: max(cost[label][0] for cost in costs.values()) for label in ("liste", "dossier", "documents")}
    sorts = [cost[2] for by in costs.values() for label, cost in by.items() if label.startswith(("tri", "dernière"))]
    return [
        Budget("liste / vue Django simple (médian)", listed.rate / median["vue simple"].rate, 6, 2.5, unit="×"),
        Budget("liste / WSGI nu, même SQL (médian)", listed.rate / median["WSGI nu"].rate, 0.5, 0.2, unit="×"),
        Budget("liste, plus grand / médian", largest["liste"].rate / listed.rate, 0.9, 0.7, unit="×"),
        Budget("recherche la plus lente / liste (p95)", max(t.p95 for t in searched) / listed.p95, 2, 4, False, "×"),
        Budget("tri ou dernière page, SQL p95", max(sorts), 5, 15, False, "ms"),
        Budget("requêtes de la liste", most["liste"], 4, 8, False),
        Budget("requêtes du dossier", most["dossier"], 6, 8, False),
        Budget(
            "dossier / page signée simple", median["dossier"].rate / median["page simple"].rate, 0.4, 0.25, unit="×"
        ),
        Budget(
            "téléchargement de 20 Mo / fichier statique",
            median["téléchargement 20 Mo"].rate / median["statique 20 Mo"].rate,
            0.8,
            0.5,
            unit="×",
        ),
        Budget("liste, HTML compressé", listed.compressed / 1024, 6, 12, False, "Ko"),
    ]


def staff_budgets(staff: dict[str, Timing]) -> list[Budget]:
    """The cabinet's list and search, against Django's own of the same run."""
    listed, found = staff["liste du cabinet"].rate, staff["plaque, cabinet"].rate
    return [
        Budget("liste du cabinet / admin simple", listed / staff["liste simple"].rate, 5, 3, unit="×"),
        Budget("recherche d’une plaque / admin simple", found / staff["plaque, simple"].rate, 50, 20, unit="×"),
    ]


def heavy_budgets(told: dict[str, dict[str, float]]) -> list[Budget]:
    """The archive and the import, each against its yardstick of the same run."""
    archive, imported = told["zip"], told["import"]
    return [
        Budget("archive / cat des mêmes fichiers", archive["rate"] / archive["cat"], 1, 0.5, unit="×"),
        Budget("archive, mémoire de plus qu’au repos", archive["more"], 64, 128, False, "Mio"),
        Budget("import, lignes par seconde", imported["rate"], 15_000, 6_000),
        Budget("import, mémoire de plus qu’au repos", imported["more"], 200, 400, False, "Mio"),
    ]


def heavy_lines(told: dict[str, dict[str, float]]) -> list[str]:
    archive, imported = told["zip"], told["import"]
    return [
        "",
        f"archive : {archive['rate']:.0f} Mo/s, cat {archive['cat']:.0f} Mo/s",
        f"import de {imported['rows']:.0f} lignes : {imported['rate']:.0f} par seconde",
        f"update_or_create : {imported['simple']:.0f} par seconde",
    ]


def budget_lines(rows: list[Budget]) -> list[str]:
    found = ["", f"{'budget':<40}{'mesuré':>10}{'objectif':>10}{'plancher':>10}  verdict"]
    for row in rows:
        sign = "≥" if row.more_is_better else "≤"
        value = f"{row.value:.2f}{row.unit}"
        found.append(
            f"{row.label:<40}{value:>10}{f'{sign} {row.goal:g}':>10}{f'{sign} {row.floor:g}':>10}  {row.verdict}"
        )
    return found


def as_json(bench: Any, timings: Any, costs: Any, rows: list[Budget]) -> dict[str, Any]:
    shown = {
        who: {label: {name: getattr(t, name) for name in Timing.__slots__} for label, t in by.items()}
        for who, by in timings.items()
    }
    verdicts = [{"budget": r.label, "valeur": r.value, "objectif": r.goal, "verdict": r.verdict} for r in rows]
    return {"taille": bench.size, "dossiers": bench.dossiers, "pages": shown, "sql": costs, "budgets": verdicts}
