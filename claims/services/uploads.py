"""Files arrive: in pieces, in any order of files, again after a broken line, within what a shop may store."""

import hashlib
from datetime import timedelta
from functools import partial

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Max, Sum
from django.utils import timezone

from accounts.exceptions import NotAllowed
from accounts.models import Establishment
from accounts.privatefiles import store
from accounts.scope import Actor, Right
from claims.models import Document, Dossier, Shot, Upload
from claims.models.deposits import KEPT
from claims.services import jobs
from claims.validators import display_name, validate_size

State = Upload.State
CHECK = "check_upload"  # the job's name
KEPT_SHOTS = timedelta(days=7)  # a car is photographed when it comes, its dossier sent when the rest is there
PIECE = 1024 * 1024  # bytes of a piece at most
FILES, BYTES = 200, 500 * 1024 * 1024  # prepared at once for one dossier
DOSSIER_FILES, DOSSIER_BYTES = 400, 1024 * 1024 * 1024  # sent to one dossier, all in all
DAY_BYTES = 2 * 1024 * 1024 * 1024  # of one establishment in 24 hours


def may_send(actor: Actor, dossier: Dossier) -> bool:
    """Whether this person may send this dossier anything at all."""
    return any(
        actor.may(right, dossier.establishment_id) for right in (Right.DEPOSIT, Right.INVOICE, Right.SUPPLEMENT)
    )


@transaction.atomic
def begin(
    dossier: Dossier,
    *,
    name: str,
    size: int,
    client_key: str,
    actor: Actor,
    rank: int | None = None,
    shot: Shot | None = None,
    for_supplement: bool = False,
) -> Upload:
    """A file is announced; announced again (a reload, a broken line) it goes on where it stopped.

    `rank` is its place in the order in which files were chosen, as several arrive at once; `shot` the view of a guided
    set it is the photo of.
    Raises `ValidationError` when it is empty, too large, or more than may be stored.
    """
    if not may_send(actor, dossier) or actor.user_id is None:
        raise NotAllowed("Votre profil ne permet pas d’envoyer des documents pour cet établissement.")
    validate_size(size)
    if shot is not None and not shot.shot_set.is_open:
        raise NotAllowed("Ces photos sont déjà parties : rechargez la page.")
    # The limits below are counted: two tabs of one shop take turns.
    Establishment.objects.select_for_update(of=("self",)).get(pk=dossier.establishment_id or 0)
    mine = Upload.objects.prepared(dossier, actor.user_id)
    known = mine.filter(client_key=client_key[:200], size=size, shot=shot).first()
    if known is not None:
        return known
    _check_room(dossier, size, actor)
    last = mine.aggregate(last=Max("position"))["last"] or 0
    mine.filter(client_key=client_key[:200]).update(client_key="")  # the same name, another size: another file
    upload = Upload(
        dossier=dossier,
        user_id=actor.user_id,
        cabinet_id=dossier.cabinet_id,
        establishment_id=dossier.establishment_id,
        client_key=client_key[:200],
        name=display_name(name),
        size=size,
        position=rank or last + 1,
        shot=shot,
        for_supplement=for_supplement,
        expires_at=timezone.now() + (KEPT_SHOTS if shot else KEPT),
    )
    upload.file.save("original", ContentFile(b""), save=False)
    upload.save(force_insert=True)
    return upload


def _check_room(dossier: Dossier, size: int, actor: Actor) -> None:
    prepared = Upload.objects.prepared(dossier, actor.user_id).exclude(state=State.REFUSED)
    sent = Document.objects.filter(dossier=dossier).sent()
    since = timezone.now() - timedelta(days=1)
    today = Upload.objects.filter(establishment=dossier.establishment_id, created_at__gt=since)
    held = [rows.aggregate(total=Sum("size"))["total"] or 0 for rows in (prepared, sent, today)]
    if prepared.count() >= FILES or held[0] + size > BYTES:
        raise ValidationError("200 fichiers et 500 Mo au plus par envoi : envoyez ceux-ci, puis les suivants.")
    if sent.count() + prepared.count() >= DOSSIER_FILES or held[0] + held[1] + size > DOSSIER_BYTES:
        raise ValidationError("Ce dossier a reçu tout ce qu’il peut contenir : appelez le cabinet.")
    if held[2] + size > DAY_BYTES:
        raise ValidationError(
            "Votre établissement a envoyé 2 Go en 24 heures : attendez demain, ou appelez le cabinet."
        )


@transaction.atomic
def append(upload: Upload, offset: int, piece: bytes) -> Upload:
    """Write a piece where the file stands; another `offset` changes nothing, and the answer says where it stands.

    The row's count is the truth: what a request that failed wrote beyond it is overwritten.
    """
    upload = Upload.objects.select_for_update(of=("self",)).get(pk=upload.pk)
    if upload.state != State.RECEIVING or offset != upload.received:
        return upload
    if len(piece) > PIECE or offset + len(piece) > upload.size:
        raise ValidationError("Ce morceau dépasse la taille annoncée : choisissez le fichier de nouveau.")
    store().append(upload.file.name or "", offset, piece)
    upload.received += len(piece)
    if upload.received == upload.size:
        _arrived(upload)
    upload.save()
    return upload


def _arrived(upload: Upload) -> None:
    name = upload.file.name or ""
    store().complete(name)
    transaction.on_commit(partial(store().settle, name), robust=True)
    upload.state = State.CHECKING
    jobs.order(CHECK, upload)


def add(
    dossier: Dossier,
    file: "File[bytes]",
    *,
    actor: Actor,
    shot: Shot | None = None,
    name: str = "",
    for_supplement: bool = False,
) -> Upload:
    """A whole file at once, from a form without JavaScript; chosen twice it is one."""
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    place = shot.pk if shot else "complement" if for_supplement else ""
    upload = begin(
        dossier,
        name=name or file.name or "",
        size=file.size,
        client_key=f"form:{place}:{digest.hexdigest()}",
        actor=actor,
        rank=shot.position if shot else None,
        shot=shot,
        for_supplement=for_supplement,
    )
    while upload.state == State.RECEIVING:
        file.seek(upload.received)
        upload = append(upload, upload.received, file.read(PIECE))
    return upload


@transaction.atomic
def remove(upload: Upload) -> None:
    """Take back what was not sent."""
    upload = Upload.objects.select_for_update(of=("self",)).get(pk=upload.pk)
    if upload.deposit_id is None and upload.draft is None:
        forget(upload)


def discard_after_commit(names: list[str]) -> None:
    """Files go when the row that named them is gone for good."""
    for name in names:
        transaction.on_commit(partial(default_storage.delete, name), robust=True)


def forget(upload: Upload) -> None:
    """Row and files."""
    names = [name for name in (upload.file.name, upload.shown, upload.thumbnail) if name]
    upload.delete()
    discard_after_commit(names)


@transaction.atomic
def move(upload: Upload, *, up: bool) -> None:
    """Change places with the neighbour."""
    mine = Upload.objects.of(upload.dossier, upload.user_id, for_supplement=upload.for_supplement)
    rows = list(mine.select_for_update(of=("self",)))
    place = next((number for number, row in enumerate(rows) if row.pk == upload.pk), None)
    other = None if place is None else place - 1 if up else place + 1
    if place is None or other is None or not 0 <= other < len(rows):
        return
    rows[place], rows[other] = rows[other], rows[place]
    for number, row in enumerate(rows, start=1):
        row.position = number
    Upload.objects.bulk_update(rows, ["position"])


def purge_uploads() -> int:
    """Remove what was not sent within a day, files included; how many. Runs under the upkeep's scope."""
    late = Upload.objects.filter(expires_at__lte=timezone.now())  # the files of those that were sent are documents now
    gone = 0
    for upload in late.select_for_update(of=("self",), skip_locked=True):
        forget(upload)
        gone += 1
    return gone
