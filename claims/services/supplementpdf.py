"""A complément on paper, with its photos, for the cabinet's file: a worker's job."""

from datetime import timedelta

from django.template.loader import render_to_string

from accounts import printing, scope
from accounts.scope import System
from claims.models import Document, Supplement
from claims.services import jobs
from claims.services.jobs import HopelessError, Run
from claims.services.prints import filed, picture

SUPPLEMENT_PDF = "supplement_pdf"  # the job's name
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
        photos.append({"label": paper.label, "address": picture(paper)})
        run.beat()
    others = [paper for paper in papers if not paper.is_photo]
    context = {"supplement": row, "photos": photos, "others": others, "fonts": printing.fonts(), "all": len(papers)}
    try:
        content = printing.render(render_to_string("claims/pdf/supplement.html", context))
    except printing.UnavailableError as problem:
        raise HopelessError("Le PDF ne peut pas être fait sur ce serveur : la demande reste à l’écran.") from problem
    label, sender = f"Complement_{row.number}_{row.dossier.reference}.pdf", (row.sender_label, row.author_id)
    with filed(run, row, content, kind=Document.Kind.OTHER, label=label, sender=sender) as paper:
        Supplement.objects.filter(pk=row.pk).update(pdf=paper)


jobs.register(SUPPLEMENT_PDF, make_pdf, lease=timedelta(minutes=3))
