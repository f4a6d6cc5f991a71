"""What strangers ask is written down at once, alike for everybody, and looked at after their page is answered.

This is what keeps the time of an answer from telling who has an account (OWASP ASVS 6.3.8).
"""

import logging
from collections.abc import Callable
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import InterfaceError, OperationalError, transaction

from accounts import scope
from accounts.models import Cabinet, Knock
from accounts.scope import System
from accounts.services.passwords import open_reset
from accounts.services.sign_up import open_sign_up

logger = logging.getLogger(__name__)


def request_account(*, cabinet: Cabinet, password: str, **typed: str) -> None:
    """Somebody asks for an account. The password is hashed here, whoever asks."""
    _knock(Knock.Kind.SIGN_UP, {**typed, "cabinet": cabinet.pk, "hashed": make_password(password)})


def request_password_reset(*, email: str) -> None:
    """Somebody forgot the password of an address, theirs or not."""
    _knock(Knock.Kind.RESET, {"email": email})


def _knock(kind: Knock.Kind, typed: dict[str, Any]) -> None:
    with scope.system(System.SIGN_UP):
        Knock(kind=kind, typed=typed).save(force_insert=True)


_SETTLE: dict[str, Callable[..., None]] = {Knock.Kind.SIGN_UP: open_sign_up, Knock.Kind.RESET: open_reset}


def settle_knocks() -> int:
    """Look at each in its turn, and forget it; how many there were. Any number of workers may do so at once."""
    settled = 0
    while _settle_one():
        settled += 1
    return settled


def _settle_one() -> bool:
    with scope.system(System.SIGN_UP):
        knock = Knock.objects.select_for_update(skip_locked=True).order_by("pk").first()
        if knock is None:
            return False
        try:
            with transaction.atomic():
                _SETTLE[knock.kind](**knock.typed)
        except (OperationalError, InterfaceError):
            raise
        except Exception as problem:  # noqa: BLE001 -- one that cannot be settled must not hold the others back
            logger.warning("A request at the door was dropped: %s", type(problem).__name__)
        knock.delete()
    return True
