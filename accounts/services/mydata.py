"""Everything the portal keeps about one person, for that person: never a word about anybody else."""

from collections.abc import Callable
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db.models import Q
from django.utils import timezone

from accounts import journal, scope
from accounts.models import (
    AccountRequest,
    CabinetMember,
    Delegation,
    Draft,
    EmailChange,
    JournalEntry,
    ShopMember,
    SignUp,
    User,
)
from accounts.scope import Actor, System
from accounts.services.events import Event

Rows = list[dict[str, Any]]
Section = Callable[[Actor, User], Rows]
_OF_OTHER_APPS: dict[str, Section] = {}


def contribute(name: str, section: Section) -> None:
    """Let an app above add what it keeps of a person; it reads under the person's own scope."""
    _OF_OTHER_APPS[name] = section


def my_data(user: User, *, actor: Actor) -> dict[str, Any]:
    """By section; moments are in UTC, ISO 8601."""
    found = {"produit_le": timezone.now(), "compte": _account(user)}
    found |= {name: section(actor, user) for name, section in _OF_OTHER_APPS.items()}
    with scope.system(System.ACCOUNT):
        journal.record(user, Event.DATA_EXPORTED, actor=actor)
        found |= {name: section(user) for name, section in _SECTIONS.items()}
    return found


def _account(user: User) -> dict[str, Any]:
    return {
        "adresse": user.email,
        "nom": user.full_name,
        "mobile": user.mobile,
        "cree_le": user.joined_at,
        "derniere_connexion": user.last_login,
    }


def _shops(user: User) -> Rows:
    return _rows(
        ShopMember.objects.filter(user=user),
        entreprise="organisation__name", role="role", depuis="joined_at", jusqua="left_at",
    )  # fmt: skip


def _cabinets(user: User) -> Rows:
    return _rows(
        CabinetMember.objects.filter(user=user),
        cabinet="cabinet__name", role="role", depuis="joined_at", jusqua="left_at",
    )  # fmt: skip


def _delegations(user: User) -> Rows:
    return _rows(
        Delegation.objects.filter(member__user=user),
        profil="profile__name", droits="profile__rights", du="from_on", au="to_on", revoquee_le="revoked_at",
    )  # fmt: skip


def _requests(user: User) -> Rows:
    typed = {"entreprise": "company_name", "siret": "siret", "code_postal": "postal_code"}
    waiting = _rows(SignUp.objects.filter(user=user), **typed, demandee_le="asked_at")
    sent = AccountRequest.objects.filter(user=user)
    return waiting + _rows(sent, **typed, etat="state", demandee_le="requested_at", decidee_le="decided_at")


def _changes(user: User) -> Rows:
    return _rows(
        EmailChange.objects.filter(user=user),
        adresse="email", avant="former", demande_le="asked_at", confirme_le="confirmed_at",
    )  # fmt: skip


def _drafts(user: User) -> Rows:
    return _rows(
        Draft.objects.filter(author=user),
        action="action", resume="summary", etat="state", soumis_le="submitted_at", motif="reason",
    )  # fmt: skip


def _sessions(user: User) -> Rows:
    return _rows(
        UserSession.objects.filter(user=user),
        navigateur="user_agent", adresse_ip="ip", ouverte_le="created_at", vue_le="last_seen_at",
    )  # fmt: skip


def _factors(user: User) -> Rows:
    """No secret: who holds this file must not hold the second factor too."""
    return _rows(
        Authenticator.objects.filter(user=user), type="type", ajoute_le="created_at", utilise_le="last_used_at"
    )


def _journal(user: User) -> Rows:
    """What this person did. The label of what they did it to may name somebody else: it stays out."""
    mine = Q(user_id=user.pk) | Q(subject_type="accounts.user", subject_id=user.pk)
    return _rows(JournalEntry.objects.filter(mine), le="at", fait="event", objet="subject_type", numero="subject_id")


_SECTIONS: dict[str, Callable[[User], Rows]] = {
    "entreprises": _shops,
    "cabinets": _cabinets,
    "delegations": _delegations,
    "demandes_de_compte": _requests,
    "changements_d_adresse": _changes,
    "brouillons": _drafts,
    "sessions": _sessions,
    "second_facteur": _factors,
    "journal": _journal,
}


def _rows(rows: Any, **columns: str) -> Rows:
    """The named columns under French names, oldest first."""
    found = rows.order_by("pk").values_list(*columns.values())
    return [dict(zip(columns, row, strict=True)) for row in found]
