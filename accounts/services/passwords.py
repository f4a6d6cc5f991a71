"""Passwords renewed by mail."""

from allauth.usersessions.models import UserSession

from accounts import journal, scope
from accounts.models import Establishment, ShopMember, User
from accounts.scope import Actor, System
from accounts.services.events import Event
from accounts.services.sessions import forget_sessions


def open_reset(*, email: str) -> None:
    """Note that a link was asked for, if anybody has the address; the link is made when its mail is written."""
    with scope.system(System.SIGN_UP) as actor:
        user = User.objects.filter(email=email.strip().lower(), is_active=True).first()
        if user is not None:
            journal.record(user, Event.PASSWORD_RESET, actor=actor)


def change_password(user: User, *, password: str, actor: Actor | None = None, keep: str | None = None) -> None:
    """Set a new password; every session of the user ends but `keep`, as each carries a fingerprint of the old one.

    So do the links of mails that renew it or change the address: they carry one too.
    """
    with scope.system(System.ACCOUNT) as portal:
        user.set_password(password)
        user.save(update_fields=["password"])
        forget_sessions(UserSession.objects.filter(user=user).exclude(session_key=keep))
        journal.record(user, Event.PASSWORD_CHANGED, actor=actor or portal)


def own_words(user: User) -> list[str]:
    """What others know of a person, and so would try first: address, name, companies, SIRET."""
    with scope.system(System.ACCOUNT):
        members = ShopMember.objects.filter(user=user.pk, left_at=None)
        companies = members.values_list("organisation__name", flat=True)
        sites = Establishment.objects.filter(organisation__in=members.values("organisation"))
        return [
            user.email,
            user.full_name,
            *companies,
            *(v for row in sites.values_list("name", "siret") for v in row),
        ]
