"""Quarantine: a deposit the antivirus could not be asked about waits, is asked about again, and is let out or not."""

import io
from datetime import timedelta
from enum import StrEnum

from django.core.files.storage import default_storage
from django.db import transaction

from accounts import journal, scope
from accounts.scope import Actor, System
from claims.models import Document
from claims.services import antivirus, jobs
from claims.services.jobs import LaterError, Run
from claims.services.uploads import discard_after_commit

SCAN = "scan_document"  # the job's name
RETRY = timedelta(minutes=2)
Safety = Document.Safety


class Fact(StrEnum):
    """The journal's names."""

    SCAN_DELAYED = "scan_delayed"
    DOCUMENT_INFECTED = "document_infected"


def scan_document(run: Run) -> None:
    """Ask again; while nobody answers the file stays where it is, and the network is told."""
    with scope.system(System.JOBS):
        paper = Document.objects.filter(pk=run.subject_id, safety=Safety.PENDING).first()
    if paper is None:
        return
    with default_storage.open(paper.file.name or "") as file:
        content = io.BytesIO(file.read())
    try:
        found = antivirus.scan(content) if antivirus.is_asked() else ""
    except antivirus.UnavailableError as problem:
        with scope.system(System.JOBS) as actor:
            journal.record(paper, Fact.SCAN_DELAYED, actor=actor)
        raise LaterError("L’antivirus ne répond pas : ce fichier attend son analyse.", RETRY) from problem
    with scope.system(System.JOBS) as actor:
        release(paper, infected=bool(found), actor=actor)
        run.done()


@transaction.atomic
def release(paper: Document, *, infected: bool, actor: Actor) -> None:
    """Let a file out of quarantine, or keep it in for ever; the bytes of an infected one go."""
    paper.safety = Safety.INFECTED if infected else Safety.CLEAN
    if infected:
        names = [name for name in (paper.file.name, paper.shown, paper.thumbnail) if name]
        paper.shown = paper.thumbnail = ""
        journal.record(paper, Fact.DOCUMENT_INFECTED, actor=actor)
        discard_after_commit(names)
    paper.save(update_fields=["safety", "shown", "thumbnail"])


jobs.register(SCAN, scan_document, lease=timedelta(minutes=2))
