"""A cabinet answers, and asks: at once, or once an expert has validated what a gestionnaire wrote (ASP-24, 29)."""

import secrets
import uuid
from datetime import date
from typing import IO, Any

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from accounts import journal
from accounts.exceptions import NotAllowed
from accounts.menus import Menu
from accounts.models import CabinetMember
from accounts.scope import Actor, Kind
from claims.models import Document, Dossier
from claims.models.appointments import Side
from claims.services.assignments import watching
from claims.services.documents import publish_document
from claims.services.dossiers import locked
from claims.services.uploads import discard_after_commit
from claims.validators import content_type_of, display_name, validate_size
from claims.workflow import Step
from messaging.models import Message, Thread
from messaging.models.threads import Fact
from messaging.services import posting

State = Message.State
DECIDERS = frozenset({CabinetMember.Role.EXPERT.value, CabinetMember.Role.MANAGER.value})
LONGEST = 4000  # characters


def answers_alone(actor: Actor) -> bool:
    return actor.kind == Kind.STAFF and actor.opens(Menu.ANSWER)


def may_decide(actor: Actor) -> bool:
    """An expert, or whoever answers for the cabinet, and neither waits for somebody themself."""
    return answers_alone(actor) and actor.role in DECIDERS and actor.opens(Menu.MESSAGES)


@transaction.atomic
def answer(
    thread: Thread,
    *,
    body: str,
    actor: Actor,
    key: str = "",
    file: File | None = None,  # type: ignore[type-arg]
    due_on: date | None = None,
) -> Message:
    """Write to the shop in a thread; `due_on`: an answer is wanted by then. Pressed twice it is one (`key`).

    Who does not answer alone leaves it to an expert: the message waits, and nothing has changed for the shop.
    Raises `ValidationError` when there is nothing to send, or the file may not be published.
    """
    _check_staff(actor)
    key = key or secrets.token_hex(16)
    _dossier, thread = posting.hold(thread)
    earlier = Message.objects.filter(author=actor.user_id or 0, key=key).first()
    if earlier is not None:
        return earlier
    _check(body, file, due_on)
    if answers_alone(actor):
        message = posting.written(thread, actor=actor, body=body, key=key)
        message.save(force_insert=True)
        _send(thread, message, file, due_on, actor)
        return message
    return _wait(thread, body, file, due_on, actor, key)


@transaction.atomic
def ask(
    dossier: Dossier,
    *,
    title: str,
    body: str,
    due_on: date,
    reader: str,
    actor: Actor,
    key: str = "",
    file: File | None = None,  # type: ignore[type-arg]
) -> Thread:
    """A question to the shop: a thread of its own, that stays on its « à faire » until it is answered."""
    _check_staff(actor)
    key = key or secrets.token_hex(16)
    dossier = locked(dossier)
    earlier = Thread.objects.filter(opener=actor.user_id or 0, key=key).first()
    if earlier is not None:
        return earlier
    if dossier.establishment_id is None:
        raise NotAllowed("Ce dossier n’est rattaché à aucun réparateur : corrigez d’abord son SIRET.")
    _check(body, file, due_on)
    alone = answers_alone(actor)
    thread = Thread(
        dossier=dossier,
        cabinet_id=dossier.cabinet_id,
        establishment_id=dossier.establishment_id,
        title=title.strip()[:120] or "Question du cabinet",
        reader=reader,
        assignee=CabinetMember.objects.filter(user=actor.user_id, cabinet=dossier.cabinet_id).first(),
        is_question=True,
        opener_id=actor.user_id or 0,
        opener_label=actor.label,
        opened_by=Side.CABINET,
        key=key,
        state=Thread.State.CABINET,
        message_count=1 if alone else 0,  # the shop sees a thread from its first sent message on
    )
    thread.save(force_insert=True)
    if alone:
        message = posting.written(thread, actor=actor, body=body, key=key)
        message.save(force_insert=True)
        _send(thread, message, file, due_on, actor, first=True)
    else:
        _wait(thread, body, file, due_on, actor, key)
    return thread


@transaction.atomic
def approve(message: Message, *, actor: Actor, body: str | None = None) -> Message:
    """Let it leave as it was written, or as `body` amends it; once, whoever else decides at the same moment."""
    thread, message = _decidable(message, actor)
    amended = body is not None and body.strip() != message.body
    if amended:
        message.written, message.body = message.body, (body or "").strip()
    held, file = message.pending, _kept_file(message)
    _check(message.body, file, None)
    due_on = date.fromisoformat(held["due_on"]) if held.get("due_on") else None
    _decided(message, State.SENT, actor, sent_at=timezone.now(), pending={})
    _send(thread, message, file, due_on, actor, first=not thread.message_count)
    _forget_file(held, file)
    fact = Fact.ANSWER_CHANGED if amended else Fact.ANSWER_APPROVED
    journal.record(message, fact, actor=actor, state="amended" if amended else "approved")
    return message


@transaction.atomic
def refuse(message: Message, *, actor: Actor, reason: str) -> Message:
    """It does not leave; its author reads why."""
    thread, message = _decidable(message, actor)
    reason = reason.strip()
    if not reason or len(reason) > 500:
        raise ValidationError("Écrivez le motif, en 500 caractères au plus : l’auteur le lit.")
    held = message.pending
    _decided(message, State.REFUSED, actor, reason=reason, pending={})
    _forget_file(held, None)
    if not thread.message_count:
        thread.state, thread.due_on = Thread.State.CLOSED, None
        thread.save(update_fields=["state", "due_on"])
    journal.record(message, Fact.ANSWER_CHANGED, actor=actor, state="refused")
    return message


@transaction.atomic
def assign(thread: Thread, member: CabinetMember | None, *, actor: Actor) -> Thread:
    """Give it to somebody of the cabinet who sees the dossier and may answer; None: to whoever reads its subject."""
    _check_staff(actor)
    dossier, thread = posting.hold(thread)
    if member is not None:
        staff = CabinetMember.objects.filter(cabinet=thread.cabinet_id)
        if not watching(staff, Menu.MESSAGES, site=thread.establishment_id, dossier=dossier).filter(pk=member.pk):
            raise NotAllowed("Cette personne ne voit pas ce dossier, ou ne répond pas aux messages.")
    thread.assignee = member
    thread.save(update_fields=["assignee"])
    journal.record(thread, Fact.THREAD_ASSIGNED, actor=actor)
    return thread


@transaction.atomic
def close(thread: Thread, *, actor: Actor) -> Thread:
    """Nothing more is expected; a message of the shop opens it again."""
    _check_staff(actor)
    _dossier, thread = posting.hold(thread)
    if thread.state == Thread.State.CLOSED:
        raise NotAllowed("Cet échange est déjà clos.")
    if thread.messages.waiting().exists():
        raise NotAllowed("Une réponse attend sa validation : décidez-en d’abord.")
    thread.state, thread.due_on = Thread.State.CLOSED, None
    thread.save(update_fields=["state", "due_on"])
    posting.expect(thread)
    journal.record(thread.dossier, Step.THREAD_CLOSED, actor=actor, what=thread.title, thread=str(thread.public_id))
    return thread


def _check_staff(actor: Actor) -> None:
    if actor.kind != Kind.STAFF or actor.user_id is None:
        raise NotAllowed("Seules les personnes du cabinet répondent en son nom.")
    actor.require(Menu.MESSAGES)


def _check(body: str, file: Any, due_on: date | None) -> None:
    if not body.strip() and file is None:
        raise ValidationError("Écrivez un message, ou joignez un document.")
    if len(body) > LONGEST:
        raise ValidationError("Écrivez 4 000 caractères au plus.")
    if due_on is not None and due_on < timezone.localdate():
        raise ValidationError("La date limite est déjà passée : choisissez aujourd’hui ou plus tard.")


def _send(
    thread: Thread, message: Message, file: Any, due_on: date | None, actor: Actor, *, first: bool = False
) -> None:
    """The message is saved; its file becomes a document of the dossier, and the thread moves."""
    files = 0
    if file is not None:
        paper, _new = publish_document(
            thread.dossier, file, actor=actor, kind=Document.Kind.LETTER, label=display_name(file.name or "")
        )
        files = posting.attach(message, [paper])
    if first:
        thread.message_count = 1
    posting.arrive(thread, message, files=files, due_on=due_on, first=first)
    posting.record(thread, message, actor=actor)


def _wait(thread: Thread, body: str, file: Any, due_on: date | None, actor: Actor, key: str) -> Message:
    """Keep it, its file and the day an answer is wanted for, until somebody decides."""
    pending = {"due_on": due_on.isoformat()} if due_on else {}
    if file is not None:
        actor.require(Menu.PUBLISH)
        validate_size(file.size)
        content_type_of(file)
        pending["name"] = display_name(file.name or "")
        pending["file"] = default_storage.save(f"pending/{uuid.uuid4().hex}", file)
    message = posting.written(
        thread, actor=actor, body=body, key=key, state=State.WAITING, sent_at=None, pending=pending
    )
    message.save(force_insert=True)
    journal.record(message, Fact.ANSWER_TO_VALIDATE, actor=actor)
    return message


def _decidable(message: Message, actor: Actor) -> tuple[Thread, Message]:
    """The rows as they stand now: the second of two people reads who was first."""
    _check_staff(actor)
    if not may_decide(actor):
        raise NotAllowed("Un expert ou le responsable du cabinet valide les réponses.")
    _dossier, thread = posting.hold(message.thread)
    message = Message.objects.select_for_update(of=("self",)).get(pk=message.pk)
    if message.state != State.WAITING:
        done = "envoyée" if message.state == State.SENT else "refusée"
        raise NotAllowed(f"Cette réponse est déjà {done} : rien n’a été changé.")
    if message.author_id == actor.user_id:
        raise NotAllowed("Une autre personne valide ce que vous avez écrit.")
    return thread, message


def _decided(message: Message, state: str, actor: Actor, **more: Any) -> None:
    message.state, message.decided_by, message.decided_at = state, actor.label, timezone.now()
    for name, value in more.items():
        setattr(message, name, value)
    message.save()


def _kept_file(message: Message) -> "File[bytes] | None":
    name = message.pending.get("file")
    if not name:
        return None
    stored: IO[bytes] = default_storage.open(name)
    return File(stored, name=message.pending["name"])


def _forget_file(held: dict[str, str], file: Any) -> None:
    if file is not None:
        file.close()
    if held.get("file"):
        discard_after_commit([held["file"]])
