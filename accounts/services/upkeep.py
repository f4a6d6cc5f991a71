"""What the clock does for accounts: sign-ups nobody confirmed go, establishments without an owner are proposed."""

from datetime import timedelta

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import ProtectedError
from django.db.models.functions import Left
from django.utils import timezone

from accounts import journal, scope
from accounts.models import AccountRequest, CabinetMember, Establishment, ShopMember, SignUp, User
from accounts.models.organisations import SIREN_LENGTH
from accounts.scope import System
from accounts.services.events import Event

UNCONFIRMED_FOR = timedelta(days=7)
BATCH = 200


def purge_unconfirmed() -> int:
    """Forget the sign-ups whose address nobody confirmed for a week; how many there were."""
    with scope.system(System.UPKEEP):
        late = SignUp.objects.filter(asked_at__lt=timezone.now() - UNCONFIRMED_FOR)
        rows = list(late.select_for_update(of=("self",), skip_locked=True).select_related("user")[:BATCH])
        for row in rows:
            row.delete()
            if _is_nobody(row.user):
                _forget(row.user)
    return len(rows)


def _is_nobody(user: User) -> bool:
    """Whether the sign-up was all there was of this person."""
    return (
        user.last_login is None
        and not (user.is_staff or user.is_superuser)
        and EmailAddress.objects.filter(user=user, verified=False).exists()
        and not any(model.objects.filter(user=user).exists() for model in (AccountRequest, ShopMember, CabinetMember))
    )


def _forget(user: User) -> None:
    """Remove the person; where the outbox still holds the number of a mail to them, remove who they were."""
    EmailAddress.objects.filter(user=user).delete()
    try:
        with transaction.atomic():
            User.objects.filter(pk=user.pk).delete()
    except ProtectedError:
        user.email, user.full_name, user.mobile = f"efface-{user.pk}@inscription.invalid", "", ""
        user.is_active = False
        user.set_unusable_password()
        user.save(update_fields=["email", "full_name", "mobile", "is_active", "password"])


def announce_proposals() -> int:
    """Tell whoever answers for a SIREN, once, that a mission came for a SIRET of it that is nobody's; how many."""
    with scope.system(System.PORTFOLIO) as actor:
        owned = Establishment.objects.filter(organisation__isnull=False)
        sirens = owned.annotate(company=Left("siret", SIREN_LENGTH)).values("company")
        orphans = Establishment.objects.filter(organisation=None, proposed_at=None)
        related = orphans.annotate(company=Left("siret", SIREN_LENGTH)).filter(company__in=sirens)
        rows = list(related.order_by("pk").select_for_update(of=("self",), skip_locked=True)[:BATCH])
        for site in rows:
            site.proposed_at = timezone.now()
            site.save(update_fields=["proposed_at"])
            journal.record(site, Event.ESTABLISHMENT_PROPOSED, actor=actor, siret=site.siret)
    return len(rows)
