"""What sending a subject does beside reaching its reader: `register` one function a seed; `run` is called once.

An effect runs in the transaction of its message, in the sender's scope; what it raises takes the message back. It
answers whether it told the cabinet itself, so that nobody hears twice of one act.
"""

from collections.abc import Callable

from django.utils import timezone

from accounts.scope import Actor, Right
from claims.models import Appointment, ShotSet
from claims.models.appointments import NO_DATE
from claims.services import shots
from claims.services.appointments import move_date
from claims.services.incidents import report_uncollected, report_unseen
from claims.workflow import BEFORE_INVOICE, Action, DateKind
from messaging.models import Message, Thread
from messaging.services.days import wish_of
from messaging.subjects import Code, Typed

Effect = Callable[[Thread, Message, Typed, Actor], bool]
_effects: dict[str, Effect] = {}


def register(code: Code, effect: Effect) -> None:
    if code.value in _effects:
        raise ValueError(f"{code.value} has its effect already")
    _effects[code.value] = effect


def run(thread: Thread, message: Message, typed: Typed, actor: Actor) -> bool:
    """Whether the effect has told the cabinet."""
    effect = _effects.get(thread.subject.slug if thread.subject else "")
    return effect(thread, message, typed, actor) if effect else False


def propose_visit(thread: Thread, _message: Message, typed: Typed, actor: Actor) -> bool:
    """The day that was picked is proposed as any date is: with its checks, its étape and its mail."""
    current = Appointment.objects.current().filter(dossier=thread.dossier, kind=DateKind.FIELD_VISIT).first()
    move_date(
        thread.dossier,
        DateKind.FIELD_VISIT,
        Action.PROPOSE_DATE,
        actor=actor,
        seen=current.token if current else NO_DATE,
        wish=wish_of(typed.day),
    )
    return True


def not_seen(thread: Thread, _message: Message, typed: Typed, actor: Actor) -> bool:
    """« Véhicule non vu »: the appointment missed is the last one agreed on; told again, it stays as it was told."""
    dossier, today = thread.dossier, timezone.localdate()
    if dossier.unseen_on is None and dossier.state in BEFORE_INVOICE:
        visits = Appointment.objects.current().filter(dossier=dossier, kind=DateKind.FIELD_VISIT, starts_on__lte=today)
        missed = visits.values_list("starts_on", flat=True).first() or today
        report_unseen(dossier, on=missed, reason=_said(typed), actor=actor, mail=False)
    return False


def not_removed(thread: Thread, _message: Message, typed: Typed, actor: Actor) -> bool:
    """« Véhicule non enlevé »: from today on the days of storage count, unless they do already."""
    if thread.dossier.uncollected_on is None:
        report_uncollected(thread.dossier, on=timezone.localdate(), reason=_said(typed), actor=actor, mail=False)
    return False


def _said(typed: Typed) -> str:
    return typed.message or "Voir le message."


def examine_on_photos(thread: Thread, _message: Message, _typed: Typed, actor: Actor) -> bool:
    """« ESD »: the guided photos are ready to be taken on the phone (BCA-49), by whoever may send files."""
    dossier, exam = thread.dossier, ShotSet.Exam.SMARTPHONE
    if not shots.why_not(dossier, exam) and actor.may(Right.DEPOSIT, dossier.establishment_id):
        shots.begin(dossier, exam, actor=actor)
    return False


register(Code.VISIT, propose_visit)
register(Code.NOT_SEEN, not_seen)
register(Code.NOT_REMOVED, not_removed)
register(Code.REMOTE_EXAM, examine_on_photos)
