"""The files themselves: opened, made small, and never an outdated report without a warning."""

import io
import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe
from PIL import Image

from accounts.exceptions import NotAllowed
from accounts.http import ActorRequest
from accounts.scope import Kind, Right
from claims.models import Document
from claims.services.acknowledgements import acknowledge, current_of, note_seen
from claims.validators import EXTENSIONS
from claims.views.downloads import send

THUMBNAIL = (320, 240)  # pixels
ANYWAY = "ancienne"  # the value of `version` in the address of whoever wants the outdated one all the same


def document_or_404(request: ActorRequest, public_id: uuid.UUID) -> Document:
    rows = Document.objects.visible_to(request.actor.where(Right.VIEW)).select_related("dossier__cabinet")
    return get_object_or_404(rows, public_id=public_id)


@require_safe
def document(request: ActorRequest, public_id: uuid.UUID) -> HttpResponseBase:
    """The file as it was received; a PDF or a photo opens in the browser, under a name its owner can read."""
    paper = document_or_404(request, public_id)
    if paper.is_outdated and request.actor.kind == Kind.REPAIRER and request.GET.get("version") != ANYWAY:
        return _warning(request, paper)
    answer = send(
        request, str(paper.file.name), name=file_name(paper), content_type=paper.content_type, etag=paper.sha256
    )
    if request.method == "GET":
        note_seen(paper, actor=request.actor)
    return answer


def _warning(request: ActorRequest, paper: Document) -> HttpResponse:
    """EG-02: nobody repairs or invoices by an old report without having been told, wherever the address came from."""
    context = {
        "paper": paper,
        "current": current_of(paper),
        "dossier": paper.dossier,
        "anyway_url": f"{paper.get_absolute_url()}?version={ANYWAY}",
    }
    return render(request, "claims/outdated.html", context)


@require_POST
def document_acknowledge(request: ActorRequest, public_id: uuid.UUID) -> HttpResponse:
    """« J’ai pris connaissance de la version n », in one click, and back to where one was."""
    paper = document_or_404(request, public_id)
    try:
        acknowledge(paper, actor=request.actor)
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"C’est noté : vous avez pris connaissance de la version {paper.version}.")
    back = request.POST.get("suite", "")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts=None, require_https=request.is_secure())
    return redirect(back if safe and back.startswith("/") else paper.dossier.get_absolute_url())


def file_name(paper: Document) -> str:
    extension = EXTENSIONS.get(paper.content_type, "")
    return paper.label if paper.label.lower().endswith(extension) else f"{paper.label}{extension}"


@require_safe
def document_preview(request: ActorRequest, public_id: uuid.UUID) -> HttpResponse:
    """A small picture of a photo; other documents have none."""
    paper = document_or_404(request, public_id)
    if not paper.is_photo:
        raise Http404
    try:
        with paper.file.open("rb") as content, Image.open(content) as image:
            image.draft("RGB", THUMBNAIL)
            image.thumbnail(THUMBNAIL)
            small = io.BytesIO()
            image.convert("RGB").save(small, "JPEG", quality=80)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as problem:
        raise Http404 from problem
    answer = HttpResponse(small.getvalue(), content_type="image/jpeg")
    answer.headers["Cache-Control"] = "private, max-age=3600"
    return answer
