"""What is done to accounts: asking for one, deciding, renewing a password."""

from accounts.services.decisions import approve_request, refuse_request
from accounts.services.events import Event
from accounts.services.passwords import change_password, request_password_reset
from accounts.services.sign_up import open_cabinets, request_account

__all__ = [
    "Event",
    "approve_request",
    "change_password",
    "open_cabinets",
    "refuse_request",
    "request_account",
    "request_password_reset",
]
