"""Somebody is invited by mail, and chooses their own password: nobody ever sets another's.

The link's token is made of the invitation's nonce and the secret key when the mail leaves; the database keeps a
fingerprint, so that neither a copy of it nor the journal opens a door.
"""

import hashlib
from datetime import date, timedelta

from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts import journal, scope
from accounts.exceptions import NotAllowed
from accounts.models import (
    CabinetMember,
    Delegation,
    DelegationProfile,
    Invitation,
    Organisation,
    ShopMember,
    User,
)
from accounts.scope import Actor, System
from accounts.services.delegations import BEYOND
from accounts.services.events import Event

VALIDITY = timedelta(days=7)
SECOND_CLICK = timedelta(minutes=1)  # within it the same invitation is the same one
OVER = "Cette invitation n’est plus valable : demandez-en une nouvelle à la personne qui vous a invité."


def token_of(invitation: Invitation) -> str:
    return salted_hmac("accounts.invitation", str(invitation.nonce), algorithm="sha256").hexdigest()


def _fingerprint(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def invite(
    profile: DelegationProfile, *, actor: Actor, email: str, from_on: date | None = None, to_on: date | None = None
) -> Invitation:
    """Invite an address under a profile, for these days; an earlier invitation of the same address is replaced.

    A second click sends no second mail, whose link would have closed the first one's.
    """
    if actor.user_id is None or not profile.may_be_given_by(actor):
        raise NotAllowed(BEYOND)
    email = email.strip().lower()
    with scope.system(System.DELEGATION):
        company = Organisation.objects.select_for_update().get(pk=profile.organisation_id)
        if ShopMember.objects.filter(organisation=company, user__email=email, left_at=None).exists():
            raise ValidationError({"email": "Cette personne fait déjà partie de l’entreprise : donnez-lui un profil."})
        mine = _open_invitations(company).filter(email=email)
        same = mine.filter(profile=profile, from_on=from_on, to_on=to_on, created_at__gt=timezone.now() - SECOND_CLICK)
        if (just_sent := same.first()) is not None:
            return just_sent
        mine.update(revoked_at=timezone.now())
        invitation = Invitation(
            organisation=company,
            email=email,
            profile=profile,
            from_on=from_on,
            to_on=to_on,
            inviter_id=actor.user_id,
            invited_by=actor.label,
            expires_at=timezone.now() + VALIDITY,
        )
        invitation.token_hash = _fingerprint(token_of(invitation))
        invitation.save(force_insert=True)
        journal.record(invitation, Event.INVITED, actor=actor, profile=profile.name)
    return invitation


def _open_invitations(company: Organisation) -> "scope.TenantQuerySet[Invitation]":
    return Invitation.objects.filter(organisation=company, accepted_at=None, revoked_at=None)


@transaction.atomic
def revoke_invitation(invitation: Invitation, *, actor: Actor) -> Invitation:
    """Make the link worthless, unless it was used first."""
    if not invitation.profile.may_be_given_by(actor):
        raise NotAllowed(BEYOND)
    with scope.system(System.DELEGATION):
        invitation = Invitation.objects.select_for_update(of=("self",)).get(pk=invitation.pk)
        if invitation.accepted_at is not None:
            raise NotAllowed("Cette invitation vient d’être acceptée : révoquez plutôt l’accès de la personne.")
        if invitation.revoked_at is None:
            invitation.revoked_at = timezone.now()
            invitation.save(update_fields=["revoked_at"])
            journal.record(invitation, Event.INVITATION_REVOKED, actor=actor)
    return invitation


def open_invitation(token: str) -> tuple[Invitation, bool] | None:
    """The invitation a link leads to, and whether its address has an account; used, late and forged are one None."""
    with scope.system(System.DELEGATION):
        rows = Invitation.objects.select_related("organisation", "profile")
        invitation = rows.filter(token_hash=_fingerprint(token)).first()
        if invitation is None or not invitation.is_open:
            return None
        return invitation, User.objects.filter(email=invitation.email).exists()


@transaction.atomic
def accept_invitation(token: str, *, user_id: int | None, full_name: str = "", password: str = "") -> ShopMember:
    """Join the company once: with the account of the invited address, or with a new one and its owner's password.

    Whoever holds the link reads the mailbox; an account that exists is all the same never changed by it.
    """
    hashed = make_password(password) if password else ""
    with scope.system(System.DELEGATION) as actor:
        rows = Invitation.objects.select_for_update(of=("self",)).select_related("organisation", "profile")
        invitation = rows.filter(token_hash=_fingerprint(token)).first()
        if invitation is None or not invitation.is_open:
            raise NotAllowed(OVER)
        user = User.objects.filter(email=invitation.email).first()
        if user is None and hashed:
            user = User.objects.create(email=invitation.email, full_name=full_name, password=hashed)
        elif user is None or user.pk != user_id or CabinetMember.objects.filter(user=user, left_at=None).exists():
            raise NotAllowed("Connectez-vous avec le compte de réparateur auquel l’invitation a été envoyée.")
        invitation.accepted_at = timezone.now()
        invitation.save(update_fields=["accepted_at"])
        member, _ = ShopMember.objects.get_or_create(
            organisation=invitation.organisation, user=user, left_at=None, defaults={"role": "collaborateur"}
        )
        Delegation.objects.create(
            organisation=invitation.organisation,
            member=member,
            profile=invitation.profile,
            granted_by=invitation.invited_by,
            from_on=max(filter(None, (invitation.from_on, timezone.localdate()))),
            to_on=invitation.to_on,
        )
        journal.record(member, Event.INVITATION_ACCEPTED, actor=actor, profile=invitation.profile.name)
    return member
