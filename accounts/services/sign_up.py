"""Somebody asks for an account."""

from django.contrib.auth.hashers import make_password
from django.db.models import QuerySet

from accounts import journal, scope
from accounts.models import AccountRequest, Cabinet, User
from accounts.scope import Actor, System
from accounts.services.events import Event


def open_cabinets() -> QuerySet[Cabinet]:
    """The cabinets one may ask to work with; their names are public, as the page shows them to anybody."""
    return Cabinet.objects.filter(is_active=True).order_by("name", "pk")


def request_account(
    *, company_name: str, email: str, mobile: str, siret: str, postal_code: str, cabinet: Cabinet, password: str
) -> None:
    """Open a login that sees nothing and ask the cabinet for more; it answers nothing, whatever it found.

    The password is hashed before anything is looked up, so that a known address takes as long as a new one. The owner
    of a known address learns by mail that somebody asked; nobody learns it from the page.
    """
    hashed = make_password(password)
    with scope.system(System.SIGN_UP) as actor:
        fields = {"password": hashed, "mobile": mobile}
        user, is_new = User.objects.get_or_create(email=email.strip().lower(), defaults=fields)
        if is_new:
            request = AccountRequest(
                user=user, cabinet=cabinet, company_name=company_name, siret=siret, postal_code=postal_code
            )
            request.save(force_insert=True)
            journal.record(request, Event.ACCOUNT_REQUESTED, actor=actor, siret=siret)
        else:
            _tell_owner(user, siret=siret, actor=actor)


def _tell_owner(user: User, *, siret: str, actor: Actor) -> None:
    """Say to the owner of an address that it has an account, unless it is their own pending request sent twice."""
    if not AccountRequest.objects.filter(user=user, siret=siret, state=AccountRequest.State.PENDING).exists():
        journal.record(user, Event.ACCOUNT_EXISTS, actor=actor)
