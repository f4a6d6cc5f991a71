"""A message enters a thread: what it changes of the thread, of what is expected, of the étapes; who hears of it."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils import timezone

from accounts import journal
from accounts.scope import Actor, Kind
from claims.models import Document, Dossier, Expectation
from claims.models.appointments import Side
from claims.services import awaited
from claims.services.dossiers import locked
from claims.workflow import Step
from messaging.models import Message, MessageDocument, Thread
from messaging.models.threads import Fact
from messaging.services.days import answer_due
from messaging.services.reading import tell_readers

About, Who = Expectation.About, Expectation.Who
State = Thread.State


def hold(thread: Thread) -> tuple[Dossier, Thread]:
    """The dossier, then the thread, as they stand now and until the end of the transaction: always in this order."""
    dossier = locked(thread.dossier)
    rows = Thread.objects.select_for_update(of=("self",)).select_related("subject", "dossier__establishment")
    return dossier, rows.get(pk=thread.pk)


def written(thread: Thread, *, actor: Actor, body: str, key: str, **more: Any) -> Message:
    """The message, unsaved, in the name of whoever writes it."""
    now = timezone.now()
    return Message(
        thread=thread,
        dossier_id=thread.dossier_id,
        cabinet_id=thread.cabinet_id,
        establishment_id=thread.establishment_id,
        side=Side.SHOP if actor.kind == Kind.REPAIRER else Side.CABINET,
        author_id=actor.user_id or 0,
        author_label=actor.label,
        author_role=actor.role,
        body=body.strip(),
        key=key,
        **{"state": Message.State.SENT, "created_at": now, "sent_at": now, **more},
    )


def attach(message: Message, papers: Iterable[Document]) -> int:
    rows = [MessageDocument(message=message, document=paper, dossier_id=message.dossier_id) for paper in papers]
    MessageDocument.objects.bulk_create(rows)
    return len(rows)


def arrive(thread: Thread, message: Message, *, files: int, due_on: date | None = None, first: bool = False) -> None:
    """A sent message changes its thread; `due_on`: the cabinet awaits an answer of the shop by then."""
    thread.last_message_at = message.sent_at or timezone.now()
    thread.last_label = message.author_label
    thread.document_count += files
    if not first:
        thread.message_count += 1
    if message.side == Side.SHOP:
        thread.state, thread.due_on = State.CABINET, answer_due(thread.dossier)
    elif due_on is not None:
        thread.state, thread.due_on = State.SHOP, due_on
    elif thread.state != State.SHOP:  # a word more about a question does not answer it
        thread.state, thread.due_on = State.ANSWERED, None
    thread.save()
    expect(thread)
    if message.side == Side.CABINET:
        tell_readers(message)


def expect(thread: Thread) -> None:
    """What « à faire » and the cabinet's late list say of a thread, by whose turn it is."""
    for about, state, who in (
        (About.QUESTION, State.SHOP, Who.SHOP),
        (About.MESSAGE, State.CABINET, Who.CABINET),
    ):
        if thread.state == state and thread.message_count:
            awaited.expect(thread.dossier, about, thread.pk, who=who, due_on=thread.due_on)
        else:
            awaited.settle(thread.dossier, about, thread.pk)


def record(thread: Thread, message: Message, *, actor: Actor, told: bool = True) -> None:
    """The étape names the subject, never what was written; the mail follows from the entry about the message."""
    if message.side == Side.SHOP:
        step, fact = Step.MESSAGE_SENT, Fact.MESSAGE_FOR_CABINET
    elif thread.state == State.SHOP:
        step, fact = Step.QUESTION_ASKED, Fact.QUESTION_FOR_SHOP
    else:
        step, fact = Step.MESSAGE_RECEIVED, Fact.MESSAGE_FOR_SHOP
    journal.record(
        thread.dossier, step, actor=actor, what=thread.title, thread=str(thread.public_id), message=message.pk
    )
    if told:
        journal.record(message, fact, actor=actor)
