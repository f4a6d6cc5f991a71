"""The rows of people, organisations and their journal."""

from accounts.models.journal import JournalEntry
from accounts.models.organisations import (
    Cabinet,
    CabinetEstablishment,
    CabinetMember,
    Establishment,
    Organisation,
    ShopMember,
)
from accounts.models.people import AccountRequest, SignUp, User

__all__ = [
    "AccountRequest",
    "Cabinet",
    "CabinetEstablishment",
    "CabinetMember",
    "Establishment",
    "JournalEntry",
    "Organisation",
    "ShopMember",
    "SignUp",
    "User",
]
