"""Whether somebody's e-mail address is known to be theirs."""

from allauth.account.models import EmailAddress

from accounts.models import User


def know_address(user: User) -> None:
    """Keep allauth's one address equal to the user's; who was made by staff or a command has nothing to confirm."""
    rows = EmailAddress.objects.filter(user=user)
    if not rows.filter(email=user.email).exists():
        rows.delete()
        EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)


def is_confirmed(user: User) -> bool:
    """Whether no link waits to be opened; who has no row at all was made by staff or a command."""
    return not EmailAddress.objects.filter(user=user, verified=False).exists()


def note_unconfirmed(user: User) -> None:
    """Remember that a link must be opened before this address counts."""
    EmailAddress.objects.update_or_create(user=user, email=user.email, defaults={"primary": True, "verified": False})


def note_confirmed(user: User) -> None:
    EmailAddress.objects.filter(user=user, email=user.email).update(verified=True)
