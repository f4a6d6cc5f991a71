"""What is done to accounts: asking for one, deciding, renewing a password."""

from accounts.services.addresses import is_confirmed, know_address
from accounts.services.decisions import approve_request, refuse_request
from accounts.services.events import Event
from accounts.services.passwords import change_password, request_password_reset
from accounts.services.sign_up import (
    Unconfirmed,
    confirm_sign_up,
    confirmation_token,
    find_sign_up,
    open_cabinets,
    remind_to_confirm,
    request_account,
)

__all__ = [
    "Event",
    "Unconfirmed",
    "approve_request",
    "change_password",
    "confirm_sign_up",
    "confirmation_token",
    "find_sign_up",
    "is_confirmed",
    "know_address",
    "open_cabinets",
    "refuse_request",
    "remind_to_confirm",
    "request_account",
    "request_password_reset",
]
