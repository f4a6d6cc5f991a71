"""Somebody asks for an account, and confirms that the address is theirs."""

from django.core import signing
from django.db.models import QuerySet
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts import journal, scope
from accounts.exceptions import NotAllowed
from accounts.models import AccountRequest, Cabinet, SignUp, User
from accounts.scope import Actor, System
from accounts.services.addresses import is_confirmed, note_confirmed, note_unconfirmed
from accounts.services.events import Event

CONFIRM_WITHIN = 3 * 24 * 3600  # seconds
_SALT = "accounts.sign_up"


class Unconfirmed(NotAllowed):
    """A link that leads nowhere (any more)."""


def open_cabinets() -> QuerySet[Cabinet]:
    """The cabinets one may ask to work with; their names are public, as the page shows them to anybody."""
    return Cabinet.objects.filter(is_active=True).order_by("name", "pk")


def open_sign_up(
    *, company_name: str, email: str, mobile: str, siret: str, postal_code: str, cabinet: int, hashed: str
) -> None:
    """Open a login that waits for its address to be confirmed; the page was answered before, whatever is found here.

    The owner of a known address learns by mail that somebody asked; nobody learns it from the page. Until the address
    is confirmed, the last who asked is right: each link confirms what was typed with it and nothing else.
    """
    with scope.system(System.SIGN_UP) as actor:
        fields = {"password": hashed, "mobile": mobile}
        user, is_new = User.objects.get_or_create(email=email.strip().lower(), defaults=fields)
        user = User.objects.select_for_update().get(pk=user.pk)
        if is_new or not is_confirmed(user):
            note_unconfirmed(user)
            User.objects.filter(pk=user.pk).update(**fields)
            SignUp.objects.filter(user=user).delete()
            sign_up = SignUp(
                user=user, chosen_id=cabinet, company_name=company_name, siret=siret, postal_code=postal_code
            )
            sign_up.save(force_insert=True)
            journal.record(sign_up, Event.EMAIL_TO_CONFIRM, actor=actor, siret=siret)
        else:
            _tell_owner(user, siret=siret, actor=actor)


def _tell_owner(user: User, *, siret: str, actor: Actor) -> None:
    """Say to the owner of an address that it has an account, unless it is their own pending request sent twice."""
    if not AccountRequest.objects.filter(user=user, siret=siret, state=AccountRequest.State.PENDING).exists():
        journal.record(user, Event.ACCOUNT_EXISTS, actor=actor)


def remind_to_confirm(user: User) -> None:
    """Send the link again to somebody who signs in without having opened it."""
    with scope.system(System.SIGN_UP) as actor:
        for sign_up in SignUp.objects.filter(user=user):
            journal.record(sign_up, Event.EMAIL_TO_CONFIRM, actor=actor, siret=sign_up.siret)


def confirmation_token(sign_up: SignUp) -> str:
    """What the link holds; it is made as the mail leaves, and kept nowhere."""
    return signing.dumps([sign_up.pk, _fingerprint(sign_up)], salt=_SALT)


def _fingerprint(sign_up: SignUp) -> str:
    return salted_hmac(_SALT, f"{sign_up.user.email} {sign_up.user.password}").hexdigest()[:16]


def find_sign_up(token: str) -> SignUp:
    """What the link of a mail confirms; raises `Unconfirmed` for one that is false, too old, used or replaced."""
    with scope.system(System.SIGN_UP):
        return _found(token)


def _found(token: str) -> SignUp:
    try:
        key, fingerprint = signing.loads(token, salt=_SALT, max_age=CONFIRM_WITHIN)
    except (signing.BadSignature, ValueError, TypeError) as problem:
        raise Unconfirmed("Ce lien n’est plus valable.") from problem
    rows = SignUp.objects.select_for_update(of=("self",)).select_related("user", "chosen")
    sign_up = rows.filter(pk=key, user__is_active=True).first()
    if sign_up is None or not constant_time_compare(_fingerprint(sign_up), fingerprint):
        raise Unconfirmed("Ce lien n’est plus valable.")
    return sign_up


def confirm_sign_up(token: str) -> AccountRequest:
    """The address is theirs: the request appears to the cabinet, whose staff are told."""
    with scope.system(System.SIGN_UP) as actor:
        sign_up = _found(token)
        note_confirmed(sign_up.user)
        request = AccountRequest(
            user=sign_up.user,
            cabinet=sign_up.chosen,
            company_name=sign_up.company_name,
            siret=sign_up.siret,
            postal_code=sign_up.postal_code,
        )
        request.save(force_insert=True)
        sign_up.delete()
        announce_request(request, actor=actor)
    return request


def announce_request(request: AccountRequest, *, actor: Actor) -> None:
    """Tell the staff who decide, and whoever answers for the SIRET already: the person may be a colleague."""
    journal.record(request, Event.ACCOUNT_REQUESTED, actor=actor, siret=request.siret)
    journal.record(request, Event.COLLEAGUE_ASKED, actor=actor, siret=request.siret)
