"""The documents of a dossier, and the files themselves."""

import io
import uuid
from typing import Any

from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe
from PIL import Image

from accounts.http import ActorRequest
from accounts.scope import Right
from claims.models import Document
from claims.services.dossiers import note_visit
from claims.validators import EXTENSIONS
from claims.views.dossiers import dossier_or_404, frame

THUMBNAIL = (320, 240)  # pixels
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
    try:
        content = paper.file.open("rb")
    except FileNotFoundError as problem:
        raise Http404 from problem
    answer = FileResponse(content, content_type=paper.content_type, filename=_file_name(paper))
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


def _file_name(paper: Document) -> str:
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
