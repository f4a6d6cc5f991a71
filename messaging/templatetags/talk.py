"""The threads of a dossier, drawn in pages of other rooms."""

from typing import Any

from django import template

from accounts.menus import Menu
from accounts.scope import Actor, Kind
from claims.models import Dossier
from messaging.forms.staff import AnswerForm
from messaging.models import Message, Thread
from messaging.services import answers

register = template.Library()

SHOWN = 50


@register.simple_tag(takes_context=True)
def threads_of(context: dict[str, Any], dossier: Dossier) -> list[Thread] | None:
    """Newest first; None for staff who do not read messages.

    Those the cabinet must answer come with `last_said` and, for staff, the form of an answer.
    """
    actor: Actor = context["request"].actor
    if not actor.opens(Menu.MESSAGES):
        return None
    found = list(Thread.objects.visible_to(actor).filter(dossier=dossier).newest_first()[:SHOWN])
    _with_answers([thread for thread in found if thread.state == Thread.State.CABINET], actor)
    return found


def _with_answers(threads: list[Thread], actor: Actor) -> None:
    if not threads:
        return
    said = Message.objects.visible_to(actor).filter(thread__in=threads, state=Message.State.SENT)
    last = {message.thread_id: message for message in said.with_papers().order_by("pk")}
    for thread in threads:
        beside: dict[str, Any] = {"last_said": last.get(thread.pk), "waits": not answers.answers_alone(actor)}
        if actor.kind == Kind.STAFF:
            beside["reply_form"] = AnswerForm(auto_id=f"reponse{thread.pk}_%s")
        vars(thread).update(beside)
