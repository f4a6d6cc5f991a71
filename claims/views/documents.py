"""The documents of a dossier: what was received, what was sent, and archives of them."""

from typing import Any

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from accounts.exceptions import NotAllowed
from accounts.http import ActorRequest
from accounts.planned import planned
from accounts.scope import Right
from claims.forms.documents import PapersForm
from claims.models import Document, Dossier
from claims.services.archives import Batch, order_export
from claims.services.dossiers import note_visit
from claims.views.dossiers import dossier_or_404, frame

FORMATS = (("", "Tous"), ("photos", "Photos"), ("pdf", "PDF"))


@require_http_methods(["GET", "HEAD", "POST"])
def dossier_documents(request: ActorRequest, cabinet: str, reference: str) -> HttpResponse:
    """What was received and what was sent, photos apart; posted, the order of an archive."""
    subject = dossier_or_404(request, cabinet, reference)
    if request.method == "POST":
        return _order(request, subject)
    note_visit(subject, user_id=request.user.pk)
    rows = Document.objects.visible_to(request.actor.where(Right.VIEW)).filter(dossier=subject)
    again = Prefetch("resends", Document.objects.visible_to(request.actor).newest_first())
    with planned():
        every = list(rows.with_reading(request.actor).prefetch_related(again).newest_first())
    form = PapersForm(request.GET, papers=every)
    kept = form.kept()
    context = frame(request, subject, "Documents") | {
        "form": form,
        "received": [paper for paper in kept if paper.direction == Document.Direction.RECEIVED],
        "sent": [paper for paper in kept if paper.direction == Document.Direction.SENT],
        "has_photos": any(paper.is_photo for paper in kept),
        "filters": _formats(form),
        "summary": summary(kept, every),
        "none_received": form.nothing or "Le cabinet n’a rien envoyé pour le moment.",
        "none_sent": form.nothing or "Vous n’avez rien envoyé pour le moment.",
        "back_here": request.get_full_path(),
        "resend_url": reverse("dossier_send", args=[cabinet, reference]),
    }
    return render(request, "claims/documents.html", context)


def _order(request: ActorRequest, subject: Dossier) -> HttpResponse:
    """A selection, or one of the batches that need none; then the page that shows how far it is."""
    batch = Batch.of(request.POST.get("lot", ""))
    rows = Document.objects.visible_to(request.actor.where(Right.VIEW)).filter(dossier=subject)
    try:
        export = order_export(subject, batch.among(rows, request.POST.getlist("document")), actor=request.actor)
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
        return redirect("dossier_documents", subject.cabinet.code, subject.reference)
    return redirect(f"{export.get_absolute_url()}?suivi=1")


def _formats(form: PapersForm) -> list[dict[str, Any]]:
    """The pills « Tous (34) », « Photos (6) », « PDF (28) »; the other choices stay in the address."""
    kept = {name: value for name, value in form.chosen.items() if name != "format" and value}
    return [
        {
            "label": label,
            "count": form.count(slug),
            "url": "?" + urlencode(kept | ({"format": slug} if slug else {})),
            "current": slug == form.chosen["format"],
        }
        for slug, label in FORMATS
    ]


def summary(kept: list[Document], papers: list[Document]) -> str:
    """« 6/34 documents, 6 photos, 28 autres » (BCA-29)."""
    photos = sum(paper.is_photo for paper in papers)
    counts = ((photos, "photo"), (len(papers) - photos, "autre"))
    return ", ".join(
        [
            f"{len(kept)}/{len(papers)} document{'s' * (len(papers) > 1)}",
            *(f"{n} {word}{'s' * (n > 1)}" for n, word in counts),
        ]
    )
