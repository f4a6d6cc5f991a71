"""The request as our views see it."""

from django.http import HttpRequest

from accounts.models import User
from accounts.scope import Actor


class ActorRequest(HttpRequest):
    """A request whose actor is known and whose transaction carries the actor's scope."""

    actor: Actor
    user: User
