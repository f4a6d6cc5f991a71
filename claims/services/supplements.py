"""« Complément »: asked by the shop, decided once by an expert, printed for the cabinet's file."""

import secrets
from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from accounts import journal, services
from accounts.exceptions import NotAllowed
from accounts.menus import Menu
from accounts.models import CabinetMember, Draft
from accounts.scope import Actor, Kind, Right
from claims.models import Document, Dossier, Supplement, Upload
from claims.services import expectations, jobs
from claims.services.deposits import DRAFT_KEPT, deposit
from claims.services.dossiers import locked
from claims.services.supplementpdf import SUPPLEMENT_PDF
from claims.workflow import Action, State, Step, moves


class Fact(StrEnum):
    """The journal's names, about the request itself; its mails follow from them."""

    SUPPLEMENT_ASKED = "supplement_asked"
    SUPPLEMENT_ANSWERED = "supplement_answered"


Status = Supplement.Status
DRAFT = "supplement"  # the act that waits for a responsable
DECIDERS = frozenset({CabinetMember.Role.EXPERT.value, CabinetMember.Role.MANAGER.value})
NOT_ALLOWED = "Votre profil ne permet pas de demander un complément pour cet établissement."


def send(
    dossier: Dossier,
    uploads: Sequence[Upload],
    *,
    comment: str,
    amount: Decimal | None = None,
    actor: Actor,
    key: str = "",
) -> Supplement | Draft:
    """Ask now, or keep for validation what this person may not send alone."""
    if not actor.may(Right.SUPPLEMENT, dossier.establishment_id):
        raise NotAllowed(NOT_ALLOWED)
    if actor.must_submit(Right.SUPPLEMENT, dossier.establishment_id):
        return _submit(dossier, uploads, comment=comment, amount=amount, actor=actor)
    return request_supplement(dossier, uploads, comment=comment, amount=amount, actor=actor, key=key)


@transaction.atomic
def request_supplement(
    dossier: Dossier,
    uploads: Sequence[Upload],
    *,
    comment: str,
    amount: Decimal | None = None,
    actor: Actor,
    key: str = "",
) -> Supplement:
    """Number it, send its photos, order its PDF; pressed twice it is one (same `key`).

    Raises `ValidationError` when there is neither a comment nor a photo.
    """
    key = key or secrets.token_hex(16)
    dossier = locked(dossier)
    earlier = Supplement.objects.filter(author=actor.user_id or 0, key=key).first()
    if earlier is not None:
        return earlier
    dossier.allow(Action.REQUEST_SUPPLEMENT, actor)
    comment = comment.strip()
    _check(comment, uploads)
    sent = deposit(dossier, uploads, kind=_kind(uploads), actor=actor, key=f"complement:{key}") if uploads else None
    last = Supplement.objects.filter(dossier=dossier).aggregate(last=Max("number"))["last"] or 0
    row = Supplement(
        dossier=dossier,
        cabinet_id=dossier.cabinet_id,
        establishment_id=dossier.establishment_id,
        number=last + 1,
        comment=comment,
        amount_asked=amount,
        deposit=sent,
        author_id=actor.user_id or 0,
        sender_label=actor.label,
        key=key,
    )
    row.save(force_insert=True)
    jobs.order(SUPPLEMENT_PDF, row, actor=actor)
    journal.record(dossier, Action.REQUEST_SUPPLEMENT, actor=actor, document=str(row))
    journal.record(row, Fact.SUPPLEMENT_ASKED, actor=actor)
    return row


def _check(comment: str, uploads: Sequence[Upload]) -> None:
    if not comment and not uploads:
        raise ValidationError("Écrivez un commentaire ou ajoutez au moins une photo : l’un des deux suffit.")


def _kind(uploads: Sequence[Upload]) -> str:
    return Document.Kind.PHOTO if all(row.is_photo for row in uploads) else Document.Kind.OTHER


def may_decide(actor: Actor) -> bool:
    return actor.kind == Kind.NETWORK or (actor.kind == Kind.STAFF and actor.role in DECIDERS)


@transaction.atomic
def decide_supplement(
    supplement: Supplement, *, status: str, reason: str = "", amount: Decimal | None = None, actor: Actor
) -> Supplement:
    """The expert's answer, once; what is accepted takes a dossier that awaits its invoice back to « en cours »."""
    actor.require(Menu.SUPPLEMENTS)
    if not may_decide(actor):
        raise NotAllowed("Seul un expert ou le responsable du cabinet décide d’un complément.")
    if status not in {Status.ACCEPTED, Status.PARTIAL, Status.REFUSED}:
        raise ValidationError("Choisissez la décision : accepté, accepté en partie ou refusé.")
    dossier = locked(supplement.dossier)
    row = Supplement.objects.select_for_update(of=("self",)).get(pk=supplement.pk)
    if not row.is_pending:
        raise NotAllowed(f"Déjà {row.get_status_display()} par {row.decided_by} : rien n’a été changé.")
    reason = reason.strip()
    if status != Status.ACCEPTED and not reason:
        raise ValidationError("Écrivez le motif : le réparateur le lit tel quel.")
    row.status, row.reason, row.decided_at, row.decided_by = status, reason, timezone.now(), actor.label
    row.amount_accepted = None if status == Status.REFUSED else amount
    row.save(update_fields=["status", "reason", "decided_at", "decided_by", "amount_accepted"])
    if status != Status.REFUSED and moves(Action.REOPEN_FOR_SUPPLEMENT, State(dossier.state), actor.kind):
        before = dossier.state
        dossier.advance(Action.REOPEN_FOR_SUPPLEMENT, actor)
        journal.record(dossier, Action.REOPEN_FOR_SUPPLEMENT, actor=actor, **{"from": before, "to": dossier.state})
    said = f"{row} {row.get_status_display()}"
    journal.record(dossier, Step.SUPPLEMENT_DECIDED, actor=actor, document=said, reason=reason)
    journal.record(row, Fact.SUPPLEMENT_ANSWERED, actor=actor)
    return row


def note_read(dossier: Dossier, *, actor: Actor) -> None:
    """Somebody of the shop has the answers before their eyes: nobody is asked to read them any more."""
    if actor.kind != Kind.REPAIRER:
        return
    unread = Supplement.objects.visible_to(actor).filter(dossier=dossier).unread()
    if unread.update(read_at=timezone.now()):
        expectations.refresh([dossier.pk])


# Validation before sending -------------------------------------------------------------------------------------------


@transaction.atomic
def _submit(
    dossier: Dossier, uploads: Sequence[Upload], *, comment: str, amount: Decimal | None, actor: Actor
) -> Draft:
    """Keep the request and its photos until somebody who answers for the company decides."""
    dossier = locked(dossier)
    dossier.allow(Action.REQUEST_SUPPLEMENT, actor)
    _check(comment.strip(), uploads)
    payload: dict[str, Any] = {
        "dossier": dossier.pk,
        "uploads": [row.pk for row in uploads],
        "comment": comment.strip(),
        "amount": None if amount is None else str(amount),
    }
    draft = services.submit(
        DRAFT,
        actor=actor,
        establishment_id=dossier.establishment_id or 0,
        cabinet_id=dossier.cabinet_id,
        summary=f"Complément pour le dossier {dossier.reference}",
        payload=payload,
    )
    Upload.objects.filter(pk__in=payload["uploads"]).update(draft=draft.pk, expires_at=timezone.now() + DRAFT_KEPT)
    return draft


def _approved(draft: Draft, actor: Actor) -> None:
    """Runs in the decider's scope."""
    dossier = Dossier.objects.visible_to(actor).get(pk=draft.payload["dossier"])
    rows = list(Upload.objects.visible_to(actor).filter(draft=draft.pk))
    amount = draft.payload.get("amount")
    request_supplement(
        dossier,
        rows,
        comment=draft.payload.get("comment", ""),
        amount=None if amount is None else Decimal(amount),
        actor=actor,
        key=f"draft:{draft.pk}",
    )


services.register(DRAFT, _approved, right=Right.SUPPLEMENT)
