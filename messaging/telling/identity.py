"""Mails about one's own account: password, address, second factor."""

from typing import Any

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.db.models import QuerySet
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from accounts.models import EmailChange, User
from accounts.services import email_change_token
from messaging.links import address
from messaging.telling import persons


def themself(user: User) -> QuerySet[User]:
    return persons.themself(user.pk)


def changing(change: EmailChange) -> QuerySet[User]:
    return persons.themself(change.user_id)


def change_over(change: EmailChange) -> str:
    return "l’adresse est déjà confirmée" if change.confirmed_at else ""


def change_asked(change: EmailChange, _user: User) -> dict[str, Any]:
    return {"change": change, "link": address("email_confirm", email_change_token(change))}


def changed(change: EmailChange, _user: User) -> dict[str, Any]:
    return {"change": change, "link": address("help")}


def factors(_subject: User, _user: User) -> dict[str, Any]:
    return {"link": address("mfa_index"), "reset_link": address("password_reset")}


def doors(_subject: User, _user: User) -> dict[str, Any]:
    return {"link": address("login"), "reset_link": address("password_reset")}


def reset(user: User, _user: User) -> dict[str, Any]:
    """The token is made here, as the mail leaves, and kept nowhere."""
    token = default_token_generator.make_token(user)
    link = address("password_reset_confirm", urlsafe_base64_encode(force_bytes(user.pk)), token)
    return {"link": link, "minutes": settings.PASSWORD_RESET_TIMEOUT // 60}
