"""What was sent: the grids in force, one version and its papers, the question."""

import uuid
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.exceptions import NotAllowed
from accounts.http import ActorRequest
from accounts.scope import Actor, Right, Site
from accounts.validators import number_typed
from tariffs import services, sheets
from tariffs.columns import COLUMNS
from tariffs.forms import QuestionForm, makes
from tariffs.models import TariffPdf, TariffVersion, Transmission
from tariffs.services import history

HISTORY = 50  # versions shown


def keeper(request: ActorRequest) -> Actor:
    """The person at the sites whose rates are theirs to keep; for whoever keeps none there is no such page."""
    actor = request.actor.where(Right.TARIFFS)
    if not actor.sites:
        raise Http404
    return actor


def site_of(actor: Actor, siret: str | None) -> Site:
    """The site named, or the first; a foreign one is the 404 of an absent one."""
    found = [site for site in actor.sites if siret in (None, "", site.siret)]
    if not found:
        raise Http404
    return found[0]


@require_safe
def tariffs(request: ActorRequest) -> HttpResponse:
    """Rates of one site: in force, announced, received by whom, and the question."""
    if not request.actor.keeps_tariffs:
        raise NotAllowed("Il faut le droit « tarifs » : demandez-le à un responsable de votre entreprise.")
    actor = keeper(request)
    site = site_of(actor, request.GET.get("siret"))
    versions = list(
        TariffVersion.objects.visible_to(actor)
        .of_site(site.pk)
        .with_rows()
        .select_related("site")
        .newest_first()[:HISTORY]
    )
    received = Transmission.objects.visible_to(actor).filter(version__in=versions).select_related("cabinet")
    context = {
        "site": site,
        "sites": actor.sites,
        "versions": _marked(versions, received),
        "draft": services.draft_of(site.pk, actor=actor),
        **_question(request, versions),
    }
    return render(request, "tariffs/tariffs.html", context)


def _marked(versions: list[TariffVersion], received: Any) -> list[dict[str, Any]]:
    """Each version with who received it, and whether it applies today."""
    today, grids = timezone.localdate(), [version.grid() for version in versions]
    live = (services.in_force(grids, make_key, today) for make_key in {grid.make_key for grid in grids})
    numbers = {grid.number for grid in live if grid}
    return [
        {
            "version": version,
            "in_force": version.number in numbers,
            "announced": version.applies_on > today,
            "received": [row for row in received if row.version_id == version.pk],
        }
        for version in versions
    ]


def _question(request: ActorRequest, versions: Sequence[TariffVersion]) -> dict[str, Any]:
    asked = "le" in request.GET
    form = QuestionForm(request.GET if asked else None)
    context: dict[str, Any] = {
        "form": form,
        "asked": asked and form.is_valid(),
        "makes": makes(version.make for version in versions),
    }
    context["payers"] = list(dict.fromkeys(rate.payer for version in versions for rate in version.rates.all()))
    if context["asked"]:
        wanted = form.cleaned_data
        context["answer"] = services.answer(versions, payer=wanted["payeur"], make=wanted["marque"], on=wanted["le"])
    return context


def _version(request: ActorRequest, public_id: uuid.UUID) -> TariffVersion:
    rows = TariffVersion.objects.visible_to(keeper(request)).select_related("site").with_rows()
    return get_object_or_404(rows, public_id=public_id)


@require_safe
def tariff(request: ActorRequest, public_id: uuid.UUID) -> HttpResponse:
    """One version: its rows, what changed since another, who received it."""
    version = _version(request, public_id)
    actor = keeper(request)
    others = TariffVersion.objects.visible_to(actor).of_site(version.site_id).exclude(pk=version.pk)
    earlier = _compared(request, others.with_rows(), version)
    context = {
        "version": version,
        "columns": COLUMNS,
        "lines": history.compare(version, earlier),
        "earlier": earlier,
        "others": others.newest_first()[:HISTORY],
        "received": Transmission.objects.visible_to(actor).filter(version=version).select_related("cabinet"),
        "has_pdf": TariffPdf.objects.visible_to(actor).filter(version=version).exists(),
    }
    return render(request, "tariffs/version.html", context)


def _compared(request: ActorRequest, others: Any, version: TariffVersion) -> TariffVersion | None:
    """The version named by `?avec=`, by number."""
    found: TariffVersion | None = others.filter(number=number_typed(request.GET.get("avec", ""))).first()
    return found


@require_safe
def tariff_csv(request: ActorRequest, public_id: uuid.UUID) -> HttpResponse:
    version = _version(request, public_id)
    answer = HttpResponse(sheets.to_csv(version), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{sheets.file_name(version)}.csv"'
    return answer


@require_safe
def tariff_pdf(request: ActorRequest, public_id: uuid.UUID) -> HttpResponse | FileResponse:
    """The printed form, once a worker has made it; until then, back to the page that says so."""
    version = _version(request, public_id)
    made = TariffPdf.objects.visible_to(keeper(request)).filter(version=version).first()
    if made is None:
        if version.is_printed_late:
            messages.warning(request, "Le PDF n’a pas pu être fait sur ce serveur : le CSV dit la même chose.")
        else:
            messages.info(request, "Le PDF est en préparation : il sera prêt dans un instant.")
        return redirect(version)
    try:
        content = made.file.open("rb")
    except FileNotFoundError as problem:
        raise Http404 from problem
    return FileResponse(content, content_type="application/pdf", filename=f"{sheets.file_name(version)}.pdf")


@require_POST
def tariff_resend(request: ActorRequest, public_id: uuid.UUID) -> HttpResponse:
    """Tell the cabinets that have not acknowledged once more."""
    version = _version(request, public_id)
    told = services.resend(version, actor=request.actor)
    if told:
        messages.success(request, f"Rappel envoyé à {told} cabinet{'s' * (told > 1)}.")
    else:
        messages.info(
            request, "Rien à renvoyer : tous ont accusé réception, ou ont été prévenus il y a moins d’un jour."
        )
    return redirect(version)
