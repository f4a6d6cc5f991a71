"""Photos put together into one PDF, on request: a worker's job, whose result is a file like any other."""

import uuid
from collections.abc import Sequence
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import transaction

from accounts import scope
from accounts.scope import Actor, System
from claims.inspection.runner import asked
from claims.models import Dossier, Job, Upload
from claims.services import jobs
from claims.services.checks import content_of
from claims.services.jobs import HopelessError, Run
from claims.services.uploads import CHECK, forget
from claims.validators import MAX_FILE_SIZE

MERGE = "merge_photos"  # the job's name
PHOTOS = 60
TOO_LARGE = "Réunies, ces photos dépasseraient 25 Mo : réunissez-en moins, ou envoyez-les comme photos."
State = Upload.State


@transaction.atomic
def order(dossier: Dossier, rows: Sequence[Upload], *, actor: Actor) -> Upload:
    """Replace the photos that are ready by one PDF of them, in their order."""
    photos = [row for row in rows if row.is_ready and row.is_photo]
    if len(photos) < 2:
        raise ValidationError("Il faut au moins deux photos vérifiées pour les réunir.")
    if len(photos) > PHOTOS:
        raise ValidationError(f"{PHOTOS} photos au plus se réunissent en un PDF : envoyez les autres comme photos.")
    book = Upload(
        dossier=dossier,
        cabinet_id=dossier.cabinet_id,
        establishment_id=dossier.establishment_id,
        user_id=actor.user_id or 0,
        client_key=f"photos:{uuid.uuid4().hex}",
        name=f"Photos_{dossier.reference.replace('/', '-')}.pdf",
        size=1,
        state=State.CHECKING,
        position=photos[0].position,
        parts=[row.pk for row in photos],
        for_supplement=photos[0].for_supplement,
    )
    book.save(force_insert=True)
    jobs.order(MERGE, book)
    return book


def merge_photos(run: Run) -> None:
    """The parts go when the whole is there; then the whole is checked like every other file."""
    with scope.system(System.JOBS):
        book = Upload.objects.filter(pk=run.subject_id, state=State.CHECKING, file="").first()
        parts = list(Upload.objects.filter(pk__in=book.parts).order_by("position", "pk")) if book else []
    if book is None or not parts:
        return
    with asked("merge", *[content_of(part.shown) for part in parts]) as answer:
        made = answer.output("merged") if answer.ok else None
        if made is None or made.stat().st_size > MAX_FILE_SIZE:
            raise HopelessError(TOO_LARGE)
        content = made.read_bytes()
    with scope.system(System.JOBS):
        book.file.save("original", ContentFile(content), save=False)
        book.size = book.received = len(content)
        book.save(update_fields=["file", "size", "received"])
        for part in Upload.objects.filter(pk__in=book.parts, deposit=None, draft=None):
            forget(part)
        run.done()
        jobs.order(CHECK, book)


def give_up(job: Job) -> None:
    fields = {"state": State.REFUSED, "refusal": job.reason or TOO_LARGE}
    Upload.objects.filter(pk=job.subject_id).update(**fields)


jobs.register(MERGE, merge_photos, lease=timedelta(minutes=3), given_up=give_up)
