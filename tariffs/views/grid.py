"""The grid to fill: as a table of fields, saved as it is typed, sent when it is right."""

import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.http import ActorRequest
from accounts.scope import Actor, Site
from accounts.validators import number_typed
from tariffs import services
from tariffs.columns import COLUMNS
from tariffs.forms import FileForm, makes, typed_grid
from tariffs.models import TariffVersion
from tariffs.services import CellProblem, TypedGrid, TypedRow, files
from tariffs.views.ledger import keeper, site_of


@require_http_methods(["GET", "HEAD", "POST"])
def grid(request: ActorRequest, siret: str) -> HttpResponse:
    """The grid to fill: saved as it is typed, sent when it is right."""
    actor = keeper(request)
    site = site_of(actor, siret)
    if request.method == "POST":
        return _posted(request, actor, site)
    draft = services.draft_of(site.pk, actor=actor)
    typed = TypedGrid.from_json(draft.content) if draft else _beginning(request, actor, site)
    problems = services.parse(typed)[1] if "verifier" in request.GET else []
    return _show(request, site, typed, revision=draft.revision if draft else 0, problems=problems)


def _beginning(request: ActorRequest, actor: Actor, site: Site) -> TypedGrid:
    """From an earlier version (`?depuis=`), or the network's rows."""
    if not request.GET.get("depuis"):
        return services.blank_grid()
    rows = TariffVersion.objects.visible_to(actor).of_site(site.pk).with_rows()
    try:
        return services.typed_from_version(get_object_or_404(rows, public_id=request.GET["depuis"]))
    except ValidationError as problem:  # no UUID
        raise Http404 from problem


def _posted(request: ActorRequest, actor: Actor, site: Site) -> HttpResponse:
    typed, wish = typed_grid(request.POST), request.POST.get("faire", "envoyer")
    if wish == "vider":
        services.forget_draft(site.pk, actor=actor)
        messages.success(request, "La saisie est effacée.")
        return redirect(f"{reverse('tariffs')}?siret={site.siret}")
    if wish == "ajouter":
        typed.rows.append(TypedRow())
    if wish == "auto":
        return _autosaved(request, actor, site, typed)
    draft = services.save_draft(site.pk, typed, actor=actor)
    if wish != "envoyer":
        last = f"#l{len(typed.rows) - 1}-payeur" if wish == "ajouter" else ""
        return redirect(f"{reverse('tariff_grid', args=[site.siret])}{last}")
    parsed, problems = services.parse(typed)
    if parsed is None:
        return _show(request, site, typed, revision=draft.revision if draft else 0, problems=problems)
    sent = services.send_grid(site.pk, parsed, actor=actor, token=_token(request))
    messages.success(request, _told(sent))
    return redirect(sent.version or f"{reverse('tariffs')}?siret={site.siret}")


def _token(request: ActorRequest) -> uuid.UUID:
    try:
        return uuid.UUID(request.POST.get("jeton", ""))
    except ValueError:
        return uuid.uuid4()


def _told(sent: services.Sent) -> str:
    if sent.version is None:
        return "Votre grille attend la validation d’un responsable : elle partira ensuite."
    return f"Version {sent.version.number} envoyée : chaque cabinet la reçoit et en accuse réception."


def _autosaved(request: ActorRequest, actor: Actor, site: Site, typed: TypedGrid) -> HttpResponse:
    """409 when the same person saved from another page since: nothing typed there is written over."""
    based_on = number_typed(request.POST.get("revision", ""))
    draft = services.save_draft(site.pk, typed, actor=actor, based_on=based_on)
    if draft is None:
        return JsonResponse({"message": "Cette grille a été modifiée dans une autre fenêtre."}, status=409)
    return JsonResponse({"revision": draft.revision})


def _show(
    request: ActorRequest, site: Site, typed: TypedGrid, *, revision: int, problems: Sequence[CellProblem]
) -> HttpResponse:
    wrong = {(problem.row, problem.field): (number, problem) for number, problem in enumerate(problems, 1)}
    context = {
        "site": site,
        "typed": typed,
        "rows": [_row(number, row, wrong) for number, row in enumerate(typed.rows)],
        "columns": COLUMNS,
        "problems": list(wrong.values()),
        "wrong_make": wrong.get((None, "marque")),
        "wrong_date": wrong.get((None, "applicable_le")),
        "revision": revision,
        "token": uuid.uuid4(),
        "makes": makes(_makes_of(request.actor, site)),
        "file_form": FileForm(),
    }
    return render(request, "tariffs/grid.html", context, status=422 if problems and request.method == "POST" else 200)


def _makes_of(actor: Actor, site: Site) -> Iterable[str]:
    """As this establishment wrote them, the newest first."""
    return TariffVersion.objects.visible_to(actor).of_site(site.pk).newest_first().values_list("make", flat=True)


def _row(number: int, row: TypedRow, wrong: dict[Any, Any]) -> dict[str, Any]:
    return {
        "number": number,
        "payer": row.payer,
        "wrong_payer": wrong.get((number, "payeur")),
        "approved": services.is_yes(row.approved),
        "cells": [
            {"column": column, "text": text, "wrong": wrong.get((number, slug))}
            for column, (slug, text) in zip(COLUMNS, row.in_order, strict=True)
        ],
    }


@require_POST
def grid_file(request: ActorRequest, siret: str) -> HttpResponse:
    """A CSV becomes the grid being typed, errors and all."""
    actor = keeper(request)
    site = site_of(actor, siret)
    form = FileForm(request.POST, request.FILES)
    back = reverse("tariff_grid", args=[site.siret])
    if not form.is_valid():
        messages.error(request, " ".join(map(str, form.errors["fichier"])))
        return redirect(back)
    try:
        typed = files.read_csv(form.cleaned_data["fichier"].read(files.LARGEST + 1))
    except ValidationError as problem:
        messages.error(request, " ".join(problem.messages))
        return redirect(back)
    services.save_draft(site.pk, typed, actor=actor)
    messages.success(request, "Fichier lu : vérifiez la grille, puis envoyez-la.")
    return redirect(f"{back}?verifier")
