"""A complément on paper, with its photos, for the cabinet's file: a worker's job."""

import hashlib
import io
import secrets
from datetime import timedelta

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.template.loader import render_to_string
from PIL import Image

from accounts import printing, scope
from accounts.scope import System
from claims.models import Document, Supplement
from claims.services import jobs
from claims.services.jobs import HopelessError, Run

SUPPLEMENT_PDF = "supplement_pdf"  # the job's name
PRINTED = 1000  # pixels of the longer side: 12 cm at 200 dpi
PHOTOS = 60


def make_pdf(run: Run) -> None:
    """Print it once and put it into the dossier; without Pango there is no PDF, and the page remains."""
    with scope.system(System.JOBS):
        row = Supplement.objects.select_related("dossier", "cabinet", "establishment").get(pk=run.subject_id)
        papers = list(row.deposit.documents.order_by("pk")) if row.deposit else []
    if row.pdf_id is not None:
        return
    photos = []
    for paper in [paper for paper in papers if paper.is_photo][:PHOTOS]:
        photos.append({"label": paper.label, "address": _picture(paper)})
        run.beat()
    others = [paper for paper in papers if not paper.is_photo]
    context = {"supplement": row, "photos": photos, "others": others, "fonts": printing.fonts(), "all": len(papers)}
    try:
        content = printing.render(render_to_string("claims/pdf/supplement.html", context))
    except printing.UnavailableError as problem:
        raise HopelessError("Le PDF ne peut pas être fait sur ce serveur : la demande reste à l’écran.") from problem
    _store(run, row, content)


def _picture(paper: Document) -> str:
    """The clean derivative, smaller; nothing where it cannot be read."""
    try:
        with default_storage.open(paper.shown or str(paper.file.name)) as content, Image.open(content) as image:
            image.draft("RGB", (PRINTED, PRINTED))
            image.thumbnail((PRINTED, PRINTED))
            small = io.BytesIO()
            image.convert("RGB").save(small, "JPEG", quality=80)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return ""
    return printing.data_uri(small.getvalue(), "image/jpeg")


def _store(run: Run, row: Supplement, content: bytes) -> None:
    """The document and the end of the job in one transaction: a worker that was overtaken leaves nothing."""
    with scope.system(System.JOBS), transaction.atomic():
        paper = Document(
            dossier=row.dossier,
            cabinet_id=row.cabinet_id,
            establishment_id=row.establishment_id,
            direction=Document.Direction.SENT,
            kind=Document.Kind.OTHER,
            label=f"Complement_{row.number}_{row.dossier.reference}.pdf"[:160],
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            content_type="application/pdf",
            safety=Document.Safety.CLEAN,
            sender_label=row.sender_label,
            sender_id=row.author_id,
        )
        paper.file.save(secrets.token_hex(8), ContentFile(content), save=False)
        paper.save(force_insert=True)
        Supplement.objects.filter(pk=row.pk).update(pdf=paper)
        run.done()


jobs.register(SUPPLEMENT_PDF, make_pdf, lease=timedelta(minutes=3))
