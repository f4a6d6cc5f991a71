"""A shop writes to its cabinet: by a subject of the cabinet's catalogue, or in a thread that is open."""

import secrets
from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts import services as accounts
from accounts.exceptions import NotAllowed
from accounts.models import Draft
from accounts.scope import Actor, Right
from claims.models import Document, Dossier, Upload
from claims.models.appointments import Side
from claims.services.appointments import offered_kinds, said, why_not_yet
from claims.services.deposits import DRAFT_KEPT, deposit
from claims.services.dossiers import locked
from claims.services.passages import policy_of, slots_for
from claims.workflow import DateKind
from messaging.models import Message, Subject, Thread
from messaging.services import effects, posting
from messaging.services.days import wish_of
from messaging.subjects import NO_RIGHT, Extra, Facts, Terms, Typed, asked, kind_of, missing, reply_terms, why_not

Row = TypeVar("Row", Thread, Message)
DRAFT = "message"  # the act that waits for a responsable


def facts_of(dossier: Dossier, actor: Actor, *, with_days: bool = False) -> Facts:
    """What decides which subjects this person may choose; the expert's passages only where a form needs them."""
    slots = slots_for(dossier, actor=actor) if with_days and dossier.is_open else []
    return Facts(
        is_open=dossier.is_open,
        is_approved=dossier.is_approved_repairer,
        remote_missing=bool(why_not_yet(dossier, DateKind.FIELD_VISIT)),
        visitable=DateKind.FIELD_VISIT in offered_kinds(dossier),
        days=tuple(slot.value for slot in slots),
        other_days=not slots or policy_of(dossier).other_dates,
        rights=frozenset(right for right in Right if actor.may(right, dossier.establishment_id)),
    )


def counted(typed: Typed, uploads: Sequence[Upload]) -> Typed:
    photos = sum(row.is_photo for row in uploads)
    return replace(typed, photos=photos, pdfs=len(uploads) - photos)


def send(
    dossier: Dossier, subject: Subject, uploads: Sequence[Upload], *, typed: Typed, actor: Actor, key: str = ""
) -> Thread | Draft:
    """Open a thread now, or keep it for validation: what this person may not send alone.

    Raises `NotAllowed` when the subject cannot be chosen, `ValidationError` by field for what is missing.
    """
    if (done := _sent(Thread.objects.filter(opener=actor.user_id or 0, key=key), actor, key)) is not None:
        return done
    typed = counted(typed, uploads)
    _check(dossier, subject.terms, typed, actor)
    if _waits(dossier, subject.terms, typed, actor):
        return _submit(dossier, uploads, typed, actor, key, subject=subject, title=subject.label)
    return open_thread(dossier, subject, uploads, typed=typed, actor=actor, key=key)


@transaction.atomic
def open_thread(
    dossier: Dossier, subject: Subject, uploads: Sequence[Upload], *, typed: Typed, actor: Actor, key: str = ""
) -> Thread:
    """The thread, its first message, its documents and what the subject does; pressed twice it is one (`key`)."""
    key = key or secrets.token_hex(16)
    dossier = locked(dossier)
    earlier = Thread.objects.filter(opener=actor.user_id or 0, key=key).first()
    if earlier is not None:
        return earlier
    _check(dossier, subject.terms, counted(typed, uploads), actor)
    thread = Thread(
        dossier=dossier,
        cabinet_id=dossier.cabinet_id,
        establishment_id=dossier.establishment_id,
        subject=subject,
        title=subject.label,
        reader=subject.reader,
        opener_id=actor.user_id or 0,
        opener_label=actor.label,
        opened_by=Side.SHOP,
        key=key,
        state=Thread.State.CABINET,
        message_count=1,
    )
    thread.save(force_insert=True)
    message = posting.written(thread, actor=actor, body=typed.message, key=key, particulars=_particulars(typed))
    message.save(force_insert=True)
    files = posting.attach(message, _send_files(dossier, uploads, subject.terms, typed.kind, actor, key))
    posting.arrive(thread, message, files=files, first=True)
    told = effects.run(thread, message, typed, actor)
    posting.record(thread, message, actor=actor, told=not told)
    return thread


def reply(
    thread: Thread, uploads: Sequence[Upload], *, body: str, kind: str = "", actor: Actor, key: str = ""
) -> Message | Draft:
    """Write again in a thread; a closed one opens again. Raises as `send` does."""
    if (done := _sent(Message.objects.filter(author=actor.user_id or 0, key=key), actor, key)) is not None:
        return done
    typed = counted(Typed(message=body.strip(), kind=kind), uploads)
    terms = terms_of(thread)
    _check(thread.dossier, terms, typed, actor)
    if _waits(thread.dossier, terms, typed, actor):
        return _submit(thread.dossier, uploads, typed, actor, key, thread=thread, title=thread.title)
    return post_reply(thread, uploads, typed=typed, actor=actor, key=key)


@transaction.atomic
def post_reply(thread: Thread, uploads: Sequence[Upload], *, typed: Typed, actor: Actor, key: str = "") -> Message:
    key = key or secrets.token_hex(16)
    dossier, thread = posting.hold(thread)
    earlier = Message.objects.filter(author=actor.user_id or 0, key=key).first()
    if earlier is not None:
        return earlier
    terms = terms_of(thread)
    _check(dossier, terms, counted(typed, uploads), actor)
    message = posting.written(thread, actor=actor, body=typed.message, key=key)
    message.save(force_insert=True)
    files = posting.attach(message, _send_files(dossier, uploads, terms, typed.kind, actor, key))
    posting.arrive(thread, message, files=files)
    posting.record(thread, message, actor=actor)
    return message


def _sent(rows: "QuerySet[Row]", actor: Actor, key: str) -> "Row | Draft | None":
    """What this button has already sent, or left for validation."""
    drafts = Draft.objects.filter(author=actor.user_id or 0, action=DRAFT, payload__key=key)
    return (rows.first() or drafts.first()) if key else None


def terms_of(thread: Thread) -> Terms:
    return reply_terms(thread.subject.terms if thread.subject else None, thread.reader)


def _check(dossier: Dossier, terms: Terms, typed: Typed, actor: Actor) -> None:
    facts = facts_of(dossier, actor, with_days=Extra.DAY in terms.extras)
    if reason := why_not(terms, facts):
        raise NotAllowed(reason)
    if lacking := [right for right in asked(terms, typed) if right not in facts.rights]:
        raise NotAllowed(NO_RIGHT[lacking[0]])
    if found := missing(terms, facts, typed):
        raise ValidationError({name: [text] for name, text in found.items()})
    if Extra.DAY in terms.extras:
        wish_of(typed.day)


def _waits(dossier: Dossier, terms: Terms, typed: Typed, actor: Actor) -> bool:
    return any(actor.must_submit(right, dossier.establishment_id) for right in asked(terms, typed))


def _particulars(typed: Typed) -> list[list[str]]:
    told = [["Sur place", typed.name], ["Motif", typed.reason]]
    if typed.day:
        told.append(["Visite demandée", said(wish_of(typed.day))])
    return [[label, value] for label, value in told if value]


def _send_files(
    dossier: Dossier, uploads: Sequence[Upload], terms: Terms, chosen: str, actor: Actor, key: str
) -> list[Document]:
    """One deposit, and one receipt, for each kind of document."""
    groups: dict[str, list[Upload]] = {}
    for row in uploads:
        groups.setdefault(kind_of(terms, is_photo=row.is_photo, chosen=chosen), []).append(row)
    papers: list[Document] = []
    for kind, rows in groups.items():
        sent = deposit(dossier, rows, kind=kind, actor=actor, key=f"{key}:{kind}", announced=True)
        papers += sent.documents.order_by("pk")
    return papers


# Validation before sending -------------------------------------------------------------------------------------------


@transaction.atomic
def _submit(
    dossier: Dossier,
    uploads: Sequence[Upload],
    typed: Typed,
    actor: Actor,
    key: str,
    *,
    title: str,
    subject: Subject | None = None,
    thread: Thread | None = None,
) -> Draft:
    """Keep the message and its files until somebody who answers for the company decides."""
    dossier = locked(dossier)
    earlier = Draft.objects.filter(author=actor.user_id or 0, action=DRAFT, payload__key=key).first()
    if key and earlier is not None:
        return earlier
    draft = accounts.submit(
        DRAFT,
        actor=actor,
        establishment_id=dossier.establishment_id or 0,
        cabinet_id=dossier.cabinet_id,
        summary=f"« {title} » pour le dossier {dossier.reference}",
        payload={
            "dossier": dossier.pk,
            "subject": subject.pk if subject else None,
            "thread": thread.pk if thread else None,
            "uploads": [row.pk for row in uploads],
            "message": typed.message,
            "reason": typed.reason,
            "day": typed.day,
            "name": typed.name,
            "kind": typed.kind,
            "key": key,
        },
    )
    Upload.objects.filter(pk__in=draft.payload["uploads"]).update(
        draft=draft.pk, expires_at=timezone.now() + DRAFT_KEPT
    )
    return draft


def typed_of(draft: Draft) -> Typed:
    names = ("message", "reason", "day", "name", "kind")
    return Typed(**{name: draft.payload[name] for name in names})


def _approved(draft: Draft, actor: Actor) -> None:
    """Runs in the decider's scope: what the company no longer sees is not there."""
    held, key = draft.payload, f"draft:{draft.pk}"
    uploads = list(Upload.objects.visible_to(actor).filter(draft=draft.pk).order_by("position", "pk"))
    if held["thread"]:
        thread = Thread.objects.visible_to(actor).select_related("dossier", "subject").get(pk=held["thread"])
        post_reply(thread, uploads, typed=typed_of(draft), actor=actor, key=key)
        return
    dossier = Dossier.objects.visible_to(actor).get(pk=held["dossier"])
    subject = Subject.objects.visible_to(actor).get(pk=held["subject"])
    open_thread(dossier, subject, uploads, typed=typed_of(draft), actor=actor, key=key)


def register() -> None:
    accounts.register(DRAFT, _approved, right=Right.MESSAGES)
