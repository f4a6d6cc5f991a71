"""The documents of a dossier, and the files themselves."""

import uuid
from contextlib import nullcontext
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.exceptions import NotAllowed
from accounts.http import ActorRequest
from accounts.scope import Actor, Kind, Right
from claims.models import Document
from claims.services import jobs
from claims.services.documents import DERIVE
from claims.services.dossiers import note_visit
from claims.validators import display_name
from claims.views.dossiers import dossier_or_404, frame

QUARANTINE: dict[str, str] = {
    Document.Safety.PENDING: "Ce fichier est en cours d'analyse par l'antivirus : revenez dans quelques minutes.",
    Document.Safety.INFECTED: "L'antivirus a refusé ce fichier : personne ne peut l'ouvrir.",
}
FILTERS = (("", "Tous"), ("photos", "Photos"), ("pdf", "PDF"))


@require_safe
def dossier_documents(request: ActorRequest, cabinet: str, reference: str) -> HttpResponse:
    """What was received and what was sent, photos apart."""
    subject = dossier_or_404(request, cabinet, reference)
    note_visit(subject, user_id=request.user.pk)
    papers = list(Document.objects.visible_to(request.actor).filter(dossier=subject).newest_first())
    shown = request.GET.get("format", "")
    shown = shown if shown in {"photos", "pdf"} else ""
    kept = [paper for paper in papers if not shown or paper.is_photo == (shown == "photos")]
    context = frame(request, subject, "Documents") | {
        "received": [paper for paper in kept if paper.direction == Document.Direction.RECEIVED],
        "sent": [paper for paper in kept if paper.direction == Document.Direction.SENT],
        "filters": _filters(papers, shown),
        "summary": _summary(kept, papers),
        "none_received": "Aucun document de ce format." if shown else "Le cabinet n'a rien envoyé pour le moment.",
        "none_sent": "Aucun document de ce format." if shown else "Vous n'avez rien envoyé pour le moment.",
    }
    return render(request, "claims/documents.html", context)


def _filters(papers: list[Document], shown: str) -> list[dict[str, Any]]:
    photos = sum(paper.is_photo for paper in papers)
    counts = {"": len(papers), "photos": photos, "pdf": len(papers) - photos}
    return [
        {"label": label, "count": counts[slug], "url": f"?format={slug}" if slug else "?", "current": slug == shown}
        for slug, label in FILTERS
    ]


def _summary(kept: list[Document], papers: list[Document]) -> str:
    """« 6/34 documents, 6 photos, 28 autres » (BCA-29)."""
    photos = sum(paper.is_photo for paper in papers)
    counts = ((photos, "photo"), (len(papers) - photos, "autre"))
    return ", ".join(
        [
            f"{len(kept)}/{len(papers)} document{'s' * (len(papers) > 1)}",
            *(f"{n} {word}{'s' * (n > 1)}" for n, word in counts),
        ]
    )


def document_or_404(request: ActorRequest, public_id: uuid.UUID) -> Document:
    return get_object_or_404(Document.objects.visible_to(request.actor.where(Right.VIEW)), public_id=public_id)


@require_safe
def document(request: ActorRequest, public_id: uuid.UUID) -> HttpResponse | FileResponse:
    """The file as it was received; a PDF or a photo opens in the browser, under a name its owner can read."""
    paper = document_or_404(request, public_id)
    if paper.safety != Document.Safety.CLEAN:
        raise NotAllowed(QUARANTINE[paper.safety])
    key, content_type = served(paper, request.actor)
    try:
        content = default_storage.open(key, "rb")
    except FileNotFoundError as problem:
        raise Http404 from problem
    answer = FileResponse(content, content_type=content_type, filename=_file_name(paper, content_type))
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


def served(paper: Document, actor: Actor) -> tuple[str, str]:
    """Which file, and its format: of a deposit the cabinet gets the original, everybody else the clean copy."""
    original = (paper.file.name or "", paper.content_type)
    if paper.direction == Document.Direction.RECEIVED or actor.kind in {Kind.STAFF, Kind.NETWORK} or not paper.shown:
        return original
    return paper.shown, "image/jpeg" if paper.is_photo else paper.content_type


def _file_name(paper: Document, content_type: str) -> str:
    return display_name(paper.label, content_type)


@require_safe
def document_preview(request: ActorRequest, public_id: uuid.UUID) -> HttpResponse:
    """The small picture a worker made; while there is none yet it is ordered, and a drawing stands in for it."""
    paper = document_or_404(request, public_id)
    if paper.safety == Document.Safety.INFECTED:
        raise Http404
    return thumbnail_of(paper.thumbnail) or awaited(paper)


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


def awaited(paper: Document) -> HttpResponse:
    """A neutral drawing, and the order to make the picture."""
    jobs.order(DERIVE, paper)
    drawing = (settings.BASE_DIR / "static" / "img" / "apercu.svg").read_bytes()
    return HttpResponse(drawing, content_type="image/svg+xml")
