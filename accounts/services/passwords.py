"""Passwords renewed by mail."""

from accounts import journal, scope
from accounts.models import User
from accounts.scope import System
from accounts.services.events import Event


def open_reset(*, email: str) -> None:
    """Note that a link was asked for, if anybody has the address; the link is made when its mail is written."""
    with scope.system(System.SIGN_UP) as actor:
        user = User.objects.filter(email=email.strip().lower(), is_active=True).first()
        if user is not None:
            journal.record(user, Event.PASSWORD_RESET, actor=actor)


def change_password(user: User, *, password: str) -> None:
    """Set a new password; every session of the user ends, as each carries a fingerprint of the old one."""
    with scope.system(System.SIGN_UP) as actor:
        user.set_password(password)
        user.save(update_fields=["password"])
        journal.record(user, Event.PASSWORD_CHANGED, actor=actor)
