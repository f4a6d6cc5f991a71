"""Mails inside a company: people who come and go, delegations, drafts to validate."""

from typing import Any

from django.db.models import QuerySet

from accounts.models import Delegation, Draft, Invitation, ShopInvitation, ShopMember, User
from accounts.services.invitations import token_of
from messaging.links import address
from messaging.telling.persons import active, themself


def _owners(organisation_id: int, but: int | None) -> QuerySet[User]:
    owners = ShopMember.objects.filter(organisation=organisation_id, left_at=None, role=ShopMember.Role.OWNER)
    return active(owners.exclude(user=but).values("user"))


def other_owners(member: ShopMember) -> QuerySet[User]:
    return _owners(member.organisation_id, member.user_id)


def person(row: ShopMember | Delegation) -> QuerySet[User]:
    """The person of a membership or of a delegation."""
    member = row if isinstance(row, ShopMember) else row.member
    return themself(member.user_id)


def inviter(invitation: Invitation) -> QuerySet[User]:
    """An invitation whose sender left in the meantime is not sent."""
    members = ShopMember.objects.filter(user=invitation.inviter_id, organisation=invitation.organisation_id)
    return active(members.filter(left_at=None).values("user"))


def validators(draft: Draft) -> QuerySet[User]:
    return _owners(draft.organisation_id, draft.author_id)


def author(draft: Draft) -> QuerySet[User]:
    """Who left the company meanwhile is told nothing of it."""
    members = ShopMember.objects.filter(user=draft.author_id, organisation=draft.organisation_id, left_at=None)
    return active(members.values("user"))


def gone(member: ShopMember) -> str:
    return "le collaborateur est reparti" if member.left_at else ""


def invitation_over(invitation: Invitation | ShopInvitation) -> str:
    return "" if invitation.is_open else "l’invitation est acceptée, annulée ou trop ancienne"


def delegation_over(delegation: Delegation) -> str:
    return "l’accès n’est plus donné" if delegation.is_over else ""


def draft_decided(draft: Draft) -> str:
    return "" if draft.state == Draft.State.PENDING else "le brouillon est déjà décidé"


def colleague(member: ShopMember, _user: User) -> dict[str, Any]:
    return {"colleague": member.user.email, "organisation": member.organisation.name, "link": address("home")}


def invitation(invitation: Invitation, _user: User) -> dict[str, Any]:
    """The token is made here, as the mail leaves, and kept nowhere."""
    return {"invitation": invitation, "link": address("invitation", token_of(invitation))}


def access(delegation: Delegation, _user: User) -> dict[str, Any]:
    return {"delegation": delegation, "profile": delegation.profile, "link": address("home")}


def draft(draft: Draft, user: User) -> dict[str, Any]:
    return {"draft": draft, "link": address("home" if user.pk == draft.author_id else "drafts")}
