"""A shop sends files: they become documents of the dossier, a receipt proves it, the cabinet is told."""

import secrets
from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts import journal, services
from accounts.exceptions import NotAllowed
from accounts.models import Draft
from accounts.scope import Actor, Right
from claims.models import Deposit, Document, Dossier, Upload
from claims.models.documents import GUIDED_KINDS, takes_photos
from claims.services import jobs, quarantine
from claims.services.dossiers import locked
from claims.services.facts import note_remote_sent
from claims.services.receipts import RECEIPT_PDF, new_number
from claims.workflow import Action, State, moves

Kind = Document.Kind
DRAFT_KEPT = timedelta(days=30)
DRAFTS = {Right.DEPOSIT: "deposit", Right.INVOICE: "deposit_invoice"}
NOT_ALLOWED = "Votre profil ne permet pas d’envoyer ce type de document pour cet établissement."


class Fact(StrEnum):
    """The journal's names, about the deposit itself."""

    RECEIPT_ISSUED = "receipt_issued"
    DEPOSIT_ARRIVED = "deposit_arrived"


def right_for(kind: str) -> Right:
    return Right.INVOICE if kind == Kind.INVOICE else Right.DEPOSIT


def send(
    dossier: Dossier, uploads: Sequence[Upload], *, kind: str, actor: Actor, comment: str = "", key: str = ""
) -> Deposit | Draft:
    """Send now, or keep for validation what this person may not send alone."""
    right = right_for(kind)
    if not actor.may(right, dossier.establishment_id):
        raise NotAllowed(NOT_ALLOWED)
    if actor.must_submit(right, dossier.establishment_id):
        return _submit(dossier, uploads, kind=kind, actor=actor, comment=comment, key=key)
    return deposit(dossier, uploads, kind=kind, actor=actor, comment=comment, key=key)


@transaction.atomic
def deposit(
    dossier: Dossier,
    uploads: Sequence[Upload],
    *,
    kind: str,
    actor: Actor,
    comment: str = "",
    key: str = "",
    announced: bool = False,
) -> Deposit:
    """Make documents of these uploads, in their order, and a receipt; pressed twice it is one (same `key`).

    The caller has asked whether the actor has the right; `announced`: the cabinet is told by what it comes with.
    Raises `ValidationError` when a file may not be sent.
    """
    key = key or secrets.token_hex(16)
    dossier = locked(dossier)
    dossier.allow(Action.SEND_DOCUMENTS, actor)
    earlier = Deposit.objects.filter(user=actor.user_id or 0, key=key).first()
    if earlier is not None:
        return earlier
    rows = _sendable(dossier, uploads, kind)
    new = Deposit(
        number=new_number(),
        dossier=dossier,
        cabinet_id=dossier.cabinet_id,
        establishment_id=dossier.establishment_id,
        user_id=actor.user_id or 0,
        sender_label=actor.label,
        sender_role=actor.role,
        kind=kind,
        comment=comment.strip()[:1000],
        key=key,
    )
    new.save(force_insert=True)
    refused = dossier.documents.to_send_again(kind).first()
    papers = Document.objects.bulk_create([_paper(new, row, actor, refused) for row in rows])
    Upload.objects.filter(pk__in=[row.pk for row in rows]).update(
        deposit=new, draft=None, file="", shown="", thumbnail=""
    )
    _follow_up(dossier, new, papers, actor)
    if not announced:
        journal.record(new, Fact.DEPOSIT_ARRIVED, actor=actor)
    return new


def _sendable(dossier: Dossier, uploads: Sequence[Upload], kind: str) -> list[Upload]:
    """The rows, locked, in order, each file once, without those this dossier has already under this type."""
    rows = Upload.objects.filter(pk__in=[upload.pk for upload in uploads], dossier=dossier, deposit=None)
    found = list(rows.select_for_update(of=("self",)).order_by("position", "pk"))
    if not found:
        raise ValidationError("Ajoutez au moins un fichier : il n’y a rien à envoyer.")
    if any(not row.is_ready for row in found):
        raise ValidationError("Un fichier n’est pas prêt : attendez sa vérification, ou retirez-le.")
    if any(row.is_photo for row in found) and not (Kind(kind) in GUIDED_KINDS or takes_photos(kind)):
        label = Kind(kind).label
        raise ValidationError(f"« {label} » s’envoie en PDF : réunissez vos photos en un PDF, ou changez de type.")
    known = set(dossier.documents.sent().filter(kind=kind).values_list("sha256", flat=True))
    new = {row.sha256: row for row in reversed(found) if row.sha256 not in known}
    if not new:
        raise ValidationError("Tout cela a déjà été envoyé dans ce dossier, sous ce type : rien n’est renvoyé.")
    return [row for row in found if new.get(row.sha256) is row]


def _paper(new: Deposit, row: Upload, actor: Actor, refused: Document | None) -> Document:
    return Document(
        resend_of=refused,
        dossier_id=new.dossier_id,
        cabinet_id=new.cabinet_id,
        establishment_id=new.establishment_id,
        deposit=new,
        direction=Document.Direction.SENT,
        kind=new.kind,
        label=row.name,
        file=row.file.name,
        size=row.size,
        sha256=row.sha256,
        content_type=row.content_type,
        pages=row.pages,
        shown=row.shown,
        thumbnail=row.thumbnail,
        safety=Document.Safety.CLEAN if row.scanned else Document.Safety.PENDING,
        sender_label=actor.label,
        sender_id=actor.user_id,
        published_at=new.sent_at,
    )


def _follow_up(dossier: Dossier, new: Deposit, papers: list[Document], actor: Actor) -> None:
    for paper in papers:
        if paper.safety == Document.Safety.PENDING:
            jobs.order(quarantine.SCAN, paper)
    jobs.order(RECEIPT_PDF, new, actor=actor)
    n = len(papers)
    what = f"{Kind(new.kind).label}, {n} fichier{'s' * (n > 1)}, accusé {new.number}"
    event = Action.SEND_DOCUMENTS
    if new.kind in {Kind.PHOTO, Kind.REMOTE} and moves(Action.SEND_REMOTE, State(dossier.state), actor.kind):
        event = Action.SEND_REMOTE
        note_remote_sent(dossier, new.sent_at)
    before = dossier.state
    dossier.advance(event, actor)
    detail: dict[str, Any] = {"document": what, "kind": new.kind, "deposit": new.number, "from": before}
    journal.record(dossier, event, actor=actor, to=dossier.state, **detail)
    journal.record(new, Fact.RECEIPT_ISSUED, actor=actor)


# Validation before sending -------------------------------------------------------------------------------------------


@transaction.atomic
def _submit(dossier: Dossier, uploads: Sequence[Upload], *, kind: str, actor: Actor, comment: str, key: str) -> Draft:
    """Keep the files and the act until somebody who answers for the company decides."""
    dossier = locked(dossier)
    rows = _sendable(dossier, uploads, kind)
    n = len(rows)
    draft = services.submit(
        DRAFTS[right_for(kind)],
        actor=actor,
        establishment_id=dossier.establishment_id or 0,
        cabinet_id=dossier.cabinet_id,
        summary=f"{Kind(kind).label} ({n} fichier{'s' * (n > 1)}) pour le dossier {dossier.reference}",
        payload={"dossier": dossier.pk, "uploads": [row.pk for row in rows], "kind": kind, "comment": comment},
    )
    Upload.objects.filter(pk__in=[row.pk for row in rows]).update(
        draft=draft.pk, expires_at=timezone.now() + DRAFT_KEPT
    )
    return draft


def _approved(draft: Draft, actor: Actor) -> None:
    """Runs in the decider's scope; an amended type is the decider's own."""
    dossier = Dossier.objects.visible_to(actor).get(pk=draft.payload["dossier"])
    uploads = list(Upload.objects.visible_to(actor).filter(draft=draft.pk))
    kind, comment = draft.payload["kind"], draft.payload.get("comment", "")
    deposit(dossier, uploads, kind=kind, actor=actor, comment=comment, key=f"draft:{draft.pk}")


def hand_back(draft: Draft) -> None:
    """A refused draft's files return to their author, for a day."""
    rows = Upload.objects.filter(draft=draft.pk, deposit=None)
    for row in rows:
        row.draft, row.expires_at = None, timezone.now() + timedelta(days=1)
        row.client_key = f"back:{draft.pk}:{row.pk}"
        row.save(update_fields=["draft", "expires_at", "client_key"])


for _right, _action in DRAFTS.items():
    services.register(_action, _approved, right=_right)
