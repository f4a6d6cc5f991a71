"""The cabinet's pages about dossiers and about the shops that ask for an account."""

from accounts.tenantadmin import EVENT_LABELS
from claims.admin import (
    account_requests,
    appointments,
    callbacks,
    contacts,
    dossiers,
    importing,
    missing,
    papers,
    passages,
    queues,
    rules,
    shop_invitations,
    shots,
    staff,
    verdicts,
)
from claims.workflow import DONE

__all__ = [
    "account_requests",
    "appointments",
    "callbacks",
    "contacts",
    "dossiers",
    "importing",
    "missing",
    "papers",
    "passages",
    "queues",
    "rules",
    "shop_invitations",
    "shots",
    "staff",
    "verdicts",
]

EVENT_LABELS.update(DONE)
