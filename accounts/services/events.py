"""What the journal calls the facts of accounts."""

from enum import StrEnum


class Event(StrEnum):
    """Looking for one of these names finds the act, its journal entry and its mail."""

    EMAIL_TO_CONFIRM = "email_to_confirm"
    ACCOUNT_REQUESTED = "account_requested"
    ACCOUNT_EXISTS = "account_exists"
    ACCOUNT_APPROVED = "account_approved"
    ACCOUNT_REFUSED = "account_refused"
    COLLEAGUE_JOINED = "colleague_joined"
    PASSWORD_RESET = "password_reset"  # noqa: S105 -- the name of an event
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 -- the name of an event
