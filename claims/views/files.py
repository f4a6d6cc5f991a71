"""The files themselves: opened, made small, and never an outdated report without a warning."""

import uuid
from contextlib import nullcontext

from django.conf import settings
from django.contrib import messages
from django.core.files.storage import default_storage
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from accounts.composed import composed
from accounts.exceptions import NotAllowed
from accounts.http import ActorRequest
from accounts.planned import planned
from accounts.scope import Actor, Kind, Right
from claims.models import Document
from claims.services import jobs
from claims.services.acknowledgements import acknowledge, current_of, note_seen
from claims.services.documents import DERIVE
from claims.validators import EXTENSIONS
from claims.views.downloads import send

QUARANTINE: dict[str, str] = {
    Document.Safety.PENDING: "Ce fichier est en cours d’analyse par l’antivirus : revenez dans quelques minutes.",
    Document.Safety.INFECTED: "L’antivirus a refusé ce fichier : personne ne peut l’ouvrir.",
}
ANYWAY = "ancienne"  # the value of `version` in the address of whoever wants the outdated one all the same


def document_or_404(request: ActorRequest, public_id: uuid.UUID) -> Document:
    with planned():
        found = composed(_one, request.actor.where(Right.VIEW), public_id)
    if not found:
        raise Http404("Aucun document de ce nom.")
    return found[0]


def _one(actor: Actor, public_id: uuid.UUID, _given: None) -> "QuerySet[Document]":
    return Document.objects.visible_to(actor).select_related("dossier__cabinet").filter(public_id=public_id)


@require_safe
def document(request: ActorRequest, public_id: uuid.UUID) -> HttpResponseBase:
    """The file as it was received; a PDF or a photo opens in the browser, under a name its owner can read."""
    paper = document_or_404(request, public_id)
    if paper.is_outdated and request.actor.kind == Kind.REPAIRER and request.GET.get("version") != ANYWAY:
        return _warning(request, paper)
    if paper.safety != Document.Safety.CLEAN:
        raise NotAllowed(QUARANTINE[paper.safety])
    key, content_type = served(paper, request.actor)
    etag = paper.sha256 if key == paper.file.name else f"{paper.sha256}-copie"
    answer = send(request, key, name=file_name(paper, content_type), content_type=content_type, etag=etag)
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


def served(paper: Document, actor: Actor) -> tuple[str, str]:
    """Which file, and its format: of a deposit the cabinet gets the original, everybody else the clean copy."""
    original = (paper.file.name or "", paper.content_type)
    if paper.direction == Document.Direction.RECEIVED or actor.kind in {Kind.STAFF, Kind.NETWORK} or not paper.shown:
        return original
    return paper.shown, "image/jpeg" if paper.is_photo else paper.content_type


def file_name(paper: Document, content_type: str = "") -> str:
    extension = EXTENSIONS.get(content_type or paper.content_type, "")
    return paper.label if paper.label.lower().endswith(extension) else f"{paper.label}{extension}"


@require_safe
def document_preview(request: ActorRequest, public_id: uuid.UUID) -> HttpResponse:
    """The small picture a worker made; while there is none yet it is ordered, and a drawing stands in for it."""
    paper = document_or_404(request, public_id)
    if paper.safety == Document.Safety.INFECTED:
        raise Http404
    return thumbnail_of(paper.thumbnail) or _awaited(paper)


def thumbnail_of(key: str) -> HttpResponse | None:
    """A picture of 320 pixels; nothing when it is not made yet, or lost."""
    try:
        with default_storage.open(key) if key else nullcontext() as content:
            small = content.read() if content else b""
    except FileNotFoundError:
        return None
    if not small:
        return None
    answer = HttpResponse(small, content_type="image/jpeg")
    answer.headers["Cache-Control"] = "private, max-age=3600"
    return answer


def _awaited(paper: Document) -> HttpResponse:
    """A neutral drawing, and the order to make the picture."""
    jobs.order(DERIVE, paper)
    drawing = (settings.BASE_DIR / "static" / "img" / "apercu.svg").read_bytes()
    return HttpResponse(drawing, content_type="image/svg+xml")
