"""The photo book of a guided set: one PDF with a caption under each view, a worker's job."""

from datetime import timedelta

from django.template.loader import render_to_string

from accounts import printing, scope
from accounts.scope import System
from claims.models import ShotSet
from claims.services import jobs
from claims.services.jobs import HopelessError, Run
from claims.services.prints import filed, picture

SHOT_BOOK = "shot_book"  # the job's name


def make_book(run: Run) -> None:
    """Print it once and put it into the dossier; without Pango there is no PDF, and the photos remain."""
    with scope.system(System.JOBS):
        row = ShotSet.objects.select_related("dossier", "cabinet", "establishment", "deposit").get(pk=run.subject_id)
        shots = list(row.shots.exclude(document=None).select_related("document").order_by("position", "pk"))
    if row.book_id is not None or row.deposit is None:
        return
    photos = []
    for shot in shots:
        photos.append({"label": shot.label, "address": picture(shot.document) if shot.document else ""})
        run.beat()
    context = {"set": row, "deposit": row.deposit, "photos": photos, "fonts": printing.fonts()}
    try:
        content = printing.render(render_to_string("claims/pdf/shots.html", context))
    except printing.UnavailableError as problem:
        raise HopelessError("Le PDF ne peut pas être fait sur ce serveur : les photos restent à l’écran.") from problem
    label = f"{row.exam.upper()}_{row.dossier.reference}_{row.sent_at:%Y-%m-%d}.pdf"
    sender = (row.deposit.sender_label, row.deposit.user_id)
    with filed(run, row, content, kind=row.exam, label=label, sender=sender) as paper:
        ShotSet.objects.filter(pk=row.pk).update(book=paper)


jobs.register(SHOT_BOOK, make_book, lease=timedelta(minutes=3))
