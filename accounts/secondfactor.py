"""The second factor: secrets kept encrypted, asked of staff by default."""

import base64
import hashlib
from typing import Any
from urllib.parse import urlsplit

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.db.models import OuterRef, QuerySet

from accounts.scope import Actor, Kind


def _fernet() -> MultiFernet:
    """Keys made from SECRET_KEY and its predecessors: a new key may come while the old secrets are still read."""
    keys = [str(key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(hashlib.sha256(b"mfa:" + k.encode()).digest())) for k in keys])


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    """Allauth's questions about second factors, answered by the portal."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": "Ce code n’est pas le bon : attendez le suivant, ou servez-vous d’un code de secours.",
    }

    def encrypt(self, text: str) -> str:
        return _fernet().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _fernet().decrypt(encrypted_text.encode()).decode()

    def get_totp_issuer(self) -> str:
        return "Portail Réparateurs"

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Passkeys belong to the address of the settings, never to the one a request brings along."""
        return {"id": urlsplit(settings.BASE_URL).hostname or "localhost", "name": self.get_totp_issuer()}

    def generate_authenticator_name(self, user: Any, type: Any) -> str:  # noqa: A002 -- allauth's name
        number = Authenticator.objects.filter(user=user.pk, type=type).count() + 1
        return f"Clé d’accès {number}" if number > 1 else "Clé d’accès"

    def send_notification_mail(self, *_args: Any, **_more: Any) -> None:
        """Send nothing inside a request."""


def factors_behind(user: OuterRef) -> QuerySet[Authenticator]:
    """The second factors of whomever an outer query names."""
    return QuerySet(Authenticator).filter(user=user)


def must_set_up(actor: Actor, user: Any) -> bool:
    """Whether this person, of a cabinet or of the network, still has to choose a second factor."""
    of_staff = actor.kind in {Kind.STAFF, Kind.NETWORK}
    return of_staff and settings.STAFF_SECOND_FACTOR and not MfaAdapter().is_mfa_enabled(user)


def factors_of(user: Any) -> QuerySet[Authenticator]:
    """A person's own second factors, the oldest first."""
    rows: QuerySet[Authenticator] = Authenticator.objects.filter(user=user.pk)
    return rows.order_by("created_at", "pk")
