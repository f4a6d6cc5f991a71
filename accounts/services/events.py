"""What the journal calls the facts of accounts."""

from enum import StrEnum


class Event(StrEnum):
    """Looking for one of these names finds the act, its journal entry and its mail."""

    EMAIL_TO_CONFIRM = "email_to_confirm"
    ACCOUNT_REQUESTED = "account_requested"
    ACCOUNT_EXISTS = "account_exists"
    ACCOUNT_ASKED = "account_asked"
    ACCOUNT_ANSWERED = "account_answered"
    ACCOUNT_APPROVED = "account_approved"
    ACCOUNT_REFUSED = "account_refused"
    COLLEAGUE_ASKED = "colleague_asked"
    COLLEAGUE_JOINED = "colleague_joined"
    PROFILE_SAVED = "profile_saved"
    ACCESS_GRANTED = "access_granted"
    ACCESS_REVOKED = "access_revoked"
    MEMBER_LEFT = "member_left"
    INVITED = "invited"
    INVITATION_REVOKED = "invitation_revoked"
    INVITATION_ACCEPTED = "invitation_accepted"
    DRAFT_SUBMITTED = "draft_submitted"
    DRAFT_DECIDED = "draft_decided"
    ESTABLISHMENT_LEFT = "establishment_left"
    ESTABLISHMENT_PROPOSED = "establishment_proposed"
    SIRET_CODE_SENT = "siret_code_sent"
    SIRET_PROVEN = "siret_proven"
    SHOP_INVITED = "shop_invited"
    SHOP_INVITATION_REVOKED = "shop_invitation_revoked"
    PASSWORD_RESET = "password_reset"  # noqa: S105 -- the name of an event
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 -- the name of an event
    MOBILE_CHANGED = "mobile_changed"
    EMAIL_CHANGE_ASKED = "email_change_asked"
    EMAIL_CHANGED = "email_changed"
    FACTOR_ADDED = "factor_added"
    FACTOR_REMOVED = "factor_removed"
    CODES_RENEWED = "codes_renewed"
    SESSIONS_ENDED = "sessions_ended"
    DATA_EXPORTED = "data_exported"
