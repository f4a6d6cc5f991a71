"""Validation before sending: an act waits as a draft until somebody who answers for the company decides, once.

An app registers what an action does; the handler runs in the transaction of the decision and in the decider's own
scope, so that a right the company lost meanwhile stops it, and whatever it raises leaves the draft waiting.
"""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts import journal, scope
from accounts.exceptions import NotAllowed
from accounts.models import Draft
from accounts.scope import Actor, Right, System
from accounts.services.events import Event

Handler = Callable[[Draft, Actor], None]
State = Draft.State
_handlers: dict[str, tuple[Right, Handler]] = {}


def register(action: str, handler: Handler, *, right: Right) -> None:
    """Say what `action` does when it is approved, and under which right it is submitted."""
    if action in _handlers:
        raise ValueError(f"the action {action} is registered twice")
    _handlers[action] = (right, handler)


@transaction.atomic
def submit(
    action: str,
    *,
    actor: Actor,
    establishment_id: int,
    summary: str,
    payload: dict[str, Any],
    cabinet_id: int | None = None,
) -> Draft:
    """Keep an act for validation; who may do it alone need not, who may not do it at all may not submit it either."""
    right, _handler = _handlers[action]
    if actor.user_id is None or not actor.may(right, establishment_id):
        raise NotAllowed("Votre profil ne permet pas cette action pour cet établissement.")
    if cabinet_id is not None and (
        cabinet_id not in actor.cabinet_ids or (cabinet_id, establishment_id) in actor.suspended
    ):
        raise NotAllowed("Ce cabinet ne travaille pas avec cet établissement.")
    [site] = [site for site in actor.sites if site.pk == establishment_id]
    with scope.system(System.VALIDATION):
        draft = Draft(
            organisation_id=site.organisation_id,
            establishment_id=establishment_id,
            cabinet_id=cabinet_id,
            author_id=actor.user_id,
            action=action,
            summary=summary[:200],
            payload=payload,
        )
        draft.save(force_insert=True)
        journal.record(draft, Event.DRAFT_SUBMITTED, actor=actor)
    return draft


@transaction.atomic
def approve(draft: Draft, *, actor: Actor) -> Draft:
    """Do what was submitted, as it was submitted."""
    return _decide(draft, State.APPROVED, actor=actor)


@transaction.atomic
def amend(draft: Draft, *, actor: Actor, payload: dict[str, Any], reason: str = "") -> Draft:
    """Do what was submitted with another content; what the author wrote stays in the journal."""
    return _decide(draft, State.AMENDED, actor=actor, payload=payload, reason=reason)


@transaction.atomic
def refuse(draft: Draft, *, actor: Actor, reason: str) -> Draft:
    """Do nothing, and say why to the author."""
    reason = reason.strip()
    if not reason or len(reason) > 500:
        raise ValidationError({"reason": "Écrivez le motif, en 500 caractères au plus : il est envoyé à l’auteur."})
    return _decide(draft, State.REFUSED, actor=actor, reason=reason)


def _decide(
    draft: Draft, state: str, *, actor: Actor, payload: dict[str, Any] | None = None, reason: str = ""
) -> Draft:
    """The lock makes the second of two people read who was first; only the handler acts in the decider's scope."""
    if draft.organisation_id not in actor.owned:
        raise NotAllowed("Seul un responsable de l’entreprise valide ce que ses collaborateurs envoient.")
    with scope.system(System.VALIDATION):
        draft = Draft.objects.select_for_update(of=("self",)).get(pk=draft.pk)
        if draft.state != State.PENDING:
            raise NotAllowed(f"Déjà {draft.get_state_display()} par {draft.decided_by} : rien n’a été changé.")
        former, draft.payload = draft.payload, draft.payload if payload is None else payload
        draft.state, draft.reason = state, reason
        draft.decided_at, draft.decided_by = timezone.now(), actor.label
        draft.save()
        detail = {"former": former} if payload is not None else {}
        journal.record(draft, Event.DRAFT_DECIDED, actor=actor, state=state, reason=reason, **detail)
    if state != State.REFUSED:
        _handlers[draft.action][1](draft, actor)
    return draft
