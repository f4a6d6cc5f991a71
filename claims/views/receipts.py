"""Receipts: shown to both sides, verified by anybody who holds the number and a file."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.http import ActorRequest
from accounts.scope import Right
from claims.forms import VerifyForm
from claims.models import Deposit
from claims.services import receipts


def _seen(request: ActorRequest, number: str) -> Deposit | None:
    rows = Deposit.objects.visible_to(request.actor.where(Right.VIEW))
    return rows.select_related("dossier__cabinet", "cabinet", "establishment").filter(number=number).first()


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def receipt(request: ActorRequest, number: str) -> HttpResponse:
    """The receipt for whoever may see the dossier; for everybody else, whether a file of theirs belongs to it."""
    if retyped := "".join(request.POST.get("numero", "").split()).replace("/", "")[:40]:
        return redirect("receipt", retyped)
    known = receipts.read_number(number)
    if known and known != number:
        return redirect("receipt", known)
    deposit = _seen(request, known) if known else None
    form = VerifyForm(request.POST, request.FILES) if request.method == "POST" else VerifyForm()
    context: dict[str, Any] = {"number": number, "form": form, "mistyped": not known}
    if deposit is not None:
        context |= receipts.facts(deposit)
    elif known:
        context["exists"] = receipts.exists(known)
    context["lost"] = not (deposit or context.get("exists"))
    if known and request.method == "POST" and form.is_valid():
        context |= _verdict(known, form.fingerprint())
    return render(request, "claims/receipt.html", context, status=200 if known else 404)


def _verdict(number: str, sha256: str) -> dict[str, Any]:
    return {"verified": True, "proof": receipts.verify(number, sha256), "sha256": sha256}


@require_safe
def receipt_pdf(request: ActorRequest, number: str) -> HttpResponseBase:
    """The receipt on paper; asked for before a worker has printed it, the page that shows the same."""
    rows = Deposit.objects.visible_to(request.actor.where(Right.VIEW))
    deposit = get_object_or_404(rows, number=number)
    if not deposit.pdf:
        messages.info(request, "L’accusé en PDF est en préparation : il sera sur cette page dans un instant.")
        return redirect("receipt", deposit.number)
    try:
        content = default_storage.open(deposit.pdf)
    except FileNotFoundError as problem:
        raise Http404 from problem
    return FileResponse(content, content_type="application/pdf", filename=f"accuse-{deposit.number}.pdf")
