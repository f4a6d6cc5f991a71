"""A person changes their own account: mobile, address; what is changed is told to them by mail."""

from enum import Enum

from django.core import signing
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts import journal, scope
from accounts.models import EmailChange, User
from accounts.scope import Actor, System
from accounts.services.addresses import know_address
from accounts.services.events import Event
from accounts.services.sign_up import Unconfirmed

CHANGE_WITHIN = 24 * 3600  # seconds
_SALT = "accounts.email_change"
_OVER = "Ce lien n’est plus valable."


def change_mobile(user: User, *, mobile: str, actor: Actor) -> None:
    with scope.system(System.ACCOUNT):
        user.mobile = mobile
        user.save(update_fields=["mobile"])
        journal.record(user, Event.MOBILE_CHANGED, actor=actor)


class FactorChange(Enum):
    """What may happen to a second factor; each is told by mail."""

    ADDED = Event.FACTOR_ADDED
    REMOVED = Event.FACTOR_REMOVED
    RENEWED = Event.CODES_RENEWED


def note_factor(user: User, change: FactorChange, *, factor: str, actor: Actor) -> None:
    """In the transaction that made the change."""
    with scope.system(System.ACCOUNT):
        journal.record(user, change.value, actor=actor, factor=factor)


def ask_email_change(user: User, *, email: str, actor: Actor) -> None:
    """Send a link to the new address; the page says the same when that address already is somebody's login.

    Its owner then learns by mail that somebody asked, and no link leaves.
    """
    email = email.strip().lower()
    with scope.system(System.ACCOUNT):
        EmailChange.objects.filter(user=user, confirmed_at=None).delete()
        change = EmailChange(user=user, email=email, former=user.email)
        change.save(force_insert=True)
        taken = User.objects.filter(email=email).first()
        if taken is None:
            journal.record(change, Event.EMAIL_CHANGE_ASKED, actor=actor)
        else:
            journal.record(taken, Event.ACCOUNT_EXISTS, actor=actor)


def email_change_token(change: EmailChange) -> str:
    """What the link holds; it is made as the mail leaves, and kept nowhere."""
    return signing.dumps([change.pk, _fingerprint(change)], salt=_SALT)


def _fingerprint(change: EmailChange) -> str:
    """A new password, or another address meanwhile, makes the link worthless."""
    return salted_hmac(_SALT, f"{change.user.email} {change.user.password} {change.email}").hexdigest()[:24]


def find_email_change(token: str) -> EmailChange:
    """What a link confirms; raises `Unconfirmed` for one that is false, too old, used or replaced."""
    with scope.system(System.ACCOUNT):
        return _found(token)


def _found(token: str) -> EmailChange:
    try:
        key, fingerprint = signing.loads(token, salt=_SALT, max_age=CHANGE_WITHIN)
    except (signing.BadSignature, ValueError, TypeError) as problem:
        raise Unconfirmed(_OVER) from problem
    rows = EmailChange.objects.select_for_update().select_related("user")
    change = rows.filter(pk=key, confirmed_at=None, user__is_active=True).first()
    if change is None or not constant_time_compare(_fingerprint(change), str(fingerprint)):
        raise Unconfirmed(_OVER)
    return change


def confirm_email_change(token: str) -> EmailChange:
    """The new address is the login from now on; the one before is told, and links that renew the password die."""
    with scope.system(System.ACCOUNT) as actor:
        change = _found(token)
        change.user.email = change.email
        try:
            with transaction.atomic():
                change.user.save(update_fields=["email"])
        except IntegrityError as problem:
            raise Unconfirmed(_OVER) from problem
        know_address(change.user)
        change.confirmed_at = timezone.now()
        change.save(update_fields=["confirmed_at"])
        journal.record(change, Event.EMAIL_CHANGED, actor=actor)
    return change
