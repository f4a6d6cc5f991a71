"""The link that stops a kind of mail without signing in: who and what, signed; it opens nothing else."""

from django.core.signing import BadSignature, Signer

from accounts import scope
from accounts.models import User
from accounts.scope import System
from accounts.validators import number_typed
from messaging.links import address
from messaging.services.channels import stop
from messaging.topics import LINES, Topic

_SIGNER = Signer(salt="messaging.stop", sep=".")


def stop_link(user_id: int, topic: Topic | None) -> str:
    """It works for as long as the mail lies somewhere; "" for what cannot be stopped."""
    return address("stop_mails", _SIGNER.sign(f"{user_id}-{topic}")) if topic else ""


def meant(token: str) -> tuple[int, Topic] | None:
    """Whose mails of what a link is to stop; None for one of nobody's making, or of a topic that is no more."""
    try:
        user, topic = _SIGNER.unsign(token).split("-", 1)
    except (BadSignature, ValueError):
        return None
    key = number_typed(user)
    return (key, Topic(topic)) if topic in LINES and key else None


def person(found: tuple[int, Topic] | None) -> User | None:
    """Whose account it is, while it is open."""
    return User.objects.filter(pk=found[0], is_active=True).first() if found else None


def stop_by_link(user: User, topic: Topic) -> None:
    """As if its owner had chosen it; twice is once."""
    with scope.system(System.ACCOUNT) as actor:
        stop(user, topic, actor=actor)
