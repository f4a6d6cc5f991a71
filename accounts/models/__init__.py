"""The rows of people, organisations and their journal."""

from accounts.models.changes import EmailChange
from accounts.models.delegations import Delegation, DelegationProfile, Invitation, ProfileEstablishment
from accounts.models.drafts import Draft
from accounts.models.history import RowChange
from accounts.models.journal import JournalEntry
from accounts.models.organisations import (
    AssignedEstablishment,
    Cabinet,
    CabinetEstablishment,
    CabinetMember,
    Establishment,
    Organisation,
    ShopMember,
)
from accounts.models.people import AccountRequest, Knock, SignUp, User
from accounts.models.proofs import ShopInvitation, SiretCode

__all__ = [
    "AccountRequest",
    "AssignedEstablishment",
    "Cabinet",
    "CabinetEstablishment",
    "CabinetMember",
    "Delegation",
    "DelegationProfile",
    "Draft",
    "EmailChange",
    "Establishment",
    "Invitation",
    "JournalEntry",
    "Knock",
    "Organisation",
    "ProfileEstablishment",
    "RowChange",
    "ShopInvitation",
    "ShopMember",
    "SignUp",
    "SiretCode",
    "User",
]
