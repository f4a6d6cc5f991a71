"""What sending a subject does beside reaching its reader: `register` one function a seed; `run` is called once.

An effect runs in the transaction of its message, in the sender's scope; what it raises takes the message back. It
answers whether it told the cabinet itself, so that nobody hears twice of one act.
"""

from collections.abc import Callable

from accounts.scope import Actor
from claims.models import Appointment
from claims.models.appointments import NO_DATE
from claims.services.appointments import move_date
from claims.workflow import Action, DateKind
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


register(Code.VISIT, propose_visit)
