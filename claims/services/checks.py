"""The checks of files, done by a worker through a child process: what it is, may it be sent, how it is shown."""

import hashlib
import io
import re
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models import Q
from django.utils import timezone

from accounts import scope
from accounts.scope import System
from claims.inspection.findings import Refusal, Warning  # noqa: A004 -- ours
from claims.inspection.runner import Answer, asked
from claims.models import Document, Dossier, Job, Upload
from claims.models.plates import formerly
from claims.services import antivirus, jobs, sentences
from claims.services.documents import DERIVE
from claims.services.jobs import Run
from claims.services.uploads import CHECK
from claims.validators import EXTENSIONS, display_name

LEASE = timedelta(minutes=3)  # longer than the child's patience and the antivirus's
PHOTOS = frozenset(kind for kind in EXTENSIONS if kind.startswith("image/"))
WORDS = 3000  # of a text, looked up among the person's dossiers
_PLATE = re.compile(r"\b[A-Z]{2}[- .]?\d{3}[- .]?[A-Z]{2}\b|\b\d{1,4}[- .]?[A-Z]{2,3}[- .]?\d{2}\b")
_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9/_-]{5,39}")


def content_of(name: str) -> bytes:
    """At most 25 MB, by the limit of uploads and publications."""
    with default_storage.open(name) as file:
        return bytes(file.read())


def keep(made: Path | None, folder: str) -> str:
    """Store what the child made, under a random key; "" when it made nothing."""
    if made is None:
        return ""
    key = uuid.uuid4().hex
    return default_storage.save(f"{folder}/{key[:2]}/{key}", ContentFile(made.read_bytes()))


# An upload is checked before it may be sent --------------------------------------------------------------------


def check_upload(run: Run) -> None:
    """Look at a file that has arrived; its verdict is a row of the same transaction as the job's end."""
    with scope.system(System.JOBS):
        upload = Upload.objects.filter(pk=run.subject_id, state=Upload.State.CHECKING).first()
    if upload is None:
        return  # taken back meanwhile
    content = content_of(upload.file.name or "")
    sha256 = hashlib.sha256(content).hexdigest()
    with asked("examine", content) as answer:
        found: dict[str, Any] = answer.found if answer.ok else {"refusal": Refusal.HEAVY}
        if upload.shot_id is not None and not found.get("refusal") and found["content_type"] not in PHOTOS:
            found = {"refusal": Refusal.NO_PHOTO}
        run.beat(50)
        virus = "" if found.get("refusal") else _scanned(content)
        if virus:
            found = {"refusal": Refusal.INFECTED}
        elif virus is None:
            found["unscanned"] = True
        notes = [] if found.get("refusal") else _notes(upload, found, sha256)
        _write(run, upload, found, sha256, notes, answer)


def _scanned(content: bytes) -> str | None:
    """What the antivirus found; None while it does not answer: the file is then sent into quarantine only."""
    if not antivirus.is_asked():
        return ""
    try:
        return antivirus.scan(io.BytesIO(content))
    except antivirus.UnavailableError:
        return None


def _write(run: Run, upload: Upload, found: dict[str, Any], sha256: str, notes: list[str], answer: Answer) -> None:
    fields: dict[str, Any] = {"sha256": sha256, "refusal": sentences.refusal(found)}
    fields["state"] = Upload.State.REFUSED if fields["refusal"] else Upload.State.READY
    if not fields["refusal"]:
        content_type = found["content_type"]
        fields |= {
            "content_type": content_type,
            "pages": found.get("pages"),
            **{name: found.get(name) for name in ("width", "height", "sharpness")},
            "warnings": [*sentences.warnings(found), *notes],
            "scanned": not found.get("unscanned"),
            "name": display_name(upload.name, content_type),
            "shown": keep(answer.output("clean"), "clean"),
            "thumbnail": keep(answer.output("thumbnail"), "thumbnails"),
        }
    with scope.system(System.JOBS):
        Upload.objects.filter(pk=upload.pk).update(**fields)
        run.done()


def _notes(upload: Upload, found: dict[str, Any], sha256: str) -> list[str]:
    """What only the person's own rows can tell, read in that person's own scope."""
    with scope.acting_as(upload.user_id) as actor:
        dossiers = Dossier.objects.visible_to(actor).exclude(pk=upload.dossier_id)
        others = _others(upload.dossier, dossiers, found.get("text", ""))
        sent = Document.objects.visible_to(actor).sent().filter(sha256=sha256, establishment=upload.establishment_id)
        twin = sent.select_related("dossier").order_by("published_at").first()
        listed = Upload.objects.visible_to(actor).of(
            upload.dossier, upload.user_id, for_supplement=upload.for_supplement
        )
        same = listed.ready().filter(sha256=sha256).exclude(pk=upload.pk).first() if upload.shot_id is None else None
    notes = [sentences.warning(Warning.OTHER_DOSSIER, others)] if others else []
    if same is not None:
        notes.append(sentences.warning(Warning.TWICE, "" if same.name == upload.name else f", « {same.name} »"))
    if twin is not None:
        where = "dans ce dossier" if twin.dossier_id == upload.dossier_id else f"au dossier {twin.dossier.reference}"
        notes.append(
            sentences.warning(Warning.ALREADY_SENT, f"{where} le {timezone.localtime(twin.published_at):%d/%m/%Y}")
        )
    return notes


def _others(dossier: Dossier, candidates: Any, text: str) -> str:
    """The references of other dossiers whose plate or number stands in the text, unless this one's does."""
    plates = {re.sub(r"[- .]", "", plate) for plate in _PLATE.findall(text.upper())}
    numbers = set(_NUMBER.findall(text)[:WORDS])
    if {dossier.plate_key, *dossier.former_keys.split()} & plates or {
        dossier.claim_number,
        dossier.reference,
    } & numbers:
        return ""
    same = Q(plate_key__in=plates) | formerly(plates) | Q(claim_number__in=numbers) | Q(reference__in=numbers)
    found = candidates.filter(same).order_by("-pk").values_list("reference", flat=True)[:3] if plates | numbers else ()
    return ", ".join(found)


def give_up_upload(job: Job) -> None:
    """A file nobody managed to look at is not sent: fail closed, and say so."""
    fields: dict[str, Any] = {"state": Upload.State.REFUSED, "refusal": sentences.REFUSALS[Refusal.HEAVY]}
    Upload.objects.filter(pk=job.subject_id).update(**fields)


# What others are shown of a document ---------------------------------------------------------------------------------


def derive(run: Run) -> None:
    """The small picture of a document that did not come as an upload: published by a cabinet, or older than this."""
    with scope.system(System.JOBS):
        paper = Document.objects.filter(pk=run.subject_id, thumbnail="").first()
    if paper is None:
        return
    with asked("examine", content_of(paper.file.name or "")) as answer:
        if not answer.ok or answer.found.get("refusal"):
            return  # shown without a picture
        fields = {"thumbnail": keep(answer.output("thumbnail"), "thumbnails"), "pages": answer.found.get("pages")}
    with scope.system(System.JOBS):
        Document.objects.filter(pk=paper.pk).update(**fields)
        run.done()


jobs.register(CHECK, check_upload, lease=LEASE, given_up=give_up_upload)
jobs.register(DERIVE, derive, lease=LEASE)
