"""What is done to accounts: asking for one, deciding, renewing a password."""

from accounts.services.addresses import is_confirmed, know_address
from accounts.services.decisions import (
    STAFF_CHECKS,
    answer_question,
    approve_request,
    ask_applicant,
    refuse_request,
)
from accounts.services.delegations import DEFAULT_PROFILE, end_membership, grant, revoke, save_profile
from accounts.services.events import Event
from accounts.services.invitations import accept_invitation, invite, open_invitation, revoke_invitation
from accounts.services.joins import join_requests, turn_away, welcome
from accounts.services.knocks import request_account, request_password_reset, settle_knocks
from accounts.services.merging import merge_establishments, merge_organisations
from accounts.services.mydata import contribute, my_data
from accounts.services.ownaccount import (
    FactorChange,
    ask_email_change,
    change_mobile,
    confirm_email_change,
    email_change_token,
    find_email_change,
    note_factor,
)
from accounts.services.passwords import change_password, own_words
from accounts.services.portfolio import leave_establishment, proposals, request_establishment
from accounts.services.proofs import Outcome, send_code, use_code
from accounts.services.sessions import end_sessions, move_session, note_seen, sessions_of
from accounts.services.shopinvitations import (
    accept_shop_invitation,
    invite_shop,
    open_shop_invitation,
    resend_shop_invitation,
    revoke_shop_invitation,
)
from accounts.services.sign_up import (
    Unconfirmed,
    confirm_sign_up,
    confirmation_token,
    find_sign_up,
    open_cabinets,
    remind_to_confirm,
)
from accounts.services.validation import amend, approve, refuse, register, submit

__all__ = [
    "DEFAULT_PROFILE",
    "STAFF_CHECKS",
    "Event",
    "FactorChange",
    "Outcome",
    "Unconfirmed",
    "accept_invitation",
    "accept_shop_invitation",
    "amend",
    "answer_question",
    "approve",
    "approve_request",
    "ask_applicant",
    "ask_email_change",
    "change_mobile",
    "change_password",
    "confirm_email_change",
    "confirm_sign_up",
    "confirmation_token",
    "contribute",
    "email_change_token",
    "end_membership",
    "end_sessions",
    "find_email_change",
    "find_sign_up",
    "grant",
    "invite",
    "invite_shop",
    "is_confirmed",
    "join_requests",
    "know_address",
    "leave_establishment",
    "merge_establishments",
    "merge_organisations",
    "move_session",
    "my_data",
    "note_factor",
    "note_seen",
    "open_cabinets",
    "open_invitation",
    "open_shop_invitation",
    "own_words",
    "proposals",
    "refuse",
    "refuse_request",
    "register",
    "remind_to_confirm",
    "request_account",
    "request_establishment",
    "request_password_reset",
    "resend_shop_invitation",
    "revoke",
    "revoke_invitation",
    "revoke_shop_invitation",
    "save_profile",
    "send_code",
    "sessions_of",
    "settle_knocks",
    "submit",
    "turn_away",
    "use_code",
    "welcome",
]
