"""A cabinet invites a shop it knows: it has checked the SIRET, the invited person chooses their own password."""

import hashlib
import uuid
from datetime import timedelta

from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts import journal, scope
from accounts.exceptions import NotAllowed
from accounts.menus import Menu
from accounts.models import AccountRequest, CabinetMember, ShopInvitation, ShopMember, User
from accounts.scope import Actor, Kind, System
from accounts.services.addresses import know_address
from accounts.services.decisions import STAFF_CHECKS, keep_proof, let_in
from accounts.services.events import Event

VALIDITY = timedelta(days=14)
OVER = "Cette invitation n’est plus valable : demandez-en une nouvelle au cabinet qui vous a invité."
MINE = "Connectez-vous avec le compte de réparateur auquel l’invitation a été envoyée."


def token_of(invitation: ShopInvitation) -> str:
    return salted_hmac("accounts.shop_invitation", str(invitation.nonce), algorithm="sha256").hexdigest()


def _fingerprint(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _check_may_invite(invitation: ShopInvitation, actor: Actor) -> int:
    """The inviter's key."""
    actor.require(Menu.REQUESTS)
    of_the_cabinet = actor.kind == Kind.STAFF and invitation.cabinet_id in actor.cabinet_ids
    if actor.user_id is None or (not of_the_cabinet and actor.kind != Kind.NETWORK):
        raise NotAllowed("Seul le personnel du cabinet, ou le réseau, invite un réparateur.")
    return actor.user_id


def _renew(invitation: ShopInvitation) -> None:
    """A new link; the former leads nowhere."""
    invitation.nonce = uuid.uuid4()
    invitation.token_hash = _fingerprint(token_of(invitation))
    invitation.expires_at = timezone.now() + VALIDITY


@transaction.atomic
def invite_shop(invitation: ShopInvitation, *, actor: Actor) -> ShopInvitation:
    """Send a new invitation, which replaces an open one of the same SIRET and address."""
    invitation.inviter_id = _check_may_invite(invitation, actor)
    if invitation.checked_how not in {check.value for check in STAFF_CHECKS}:
        raise ValidationError({"checked_how": "Dites comment vous avez vérifié que ce SIRET est le sien."})
    with scope.system(System.APPROVAL):
        invitation.email = invitation.email.strip().lower()
        rows = ShopInvitation.objects.filter(accepted_at=None, revoked_at=None, cabinet=invitation.cabinet_id)
        rows.filter(siret=invitation.siret, email=invitation.email).update(revoked_at=timezone.now())
        invitation.invited_by = actor.label
        _renew(invitation)
        invitation.save(force_insert=True)
        journal.record(invitation, Event.SHOP_INVITED, actor=actor, siret=invitation.siret)
    return invitation


@transaction.atomic
def resend_shop_invitation(invitation: ShopInvitation, *, actor: Actor) -> ShopInvitation:
    """Send another link for fourteen more days."""
    inviter = _check_may_invite(invitation, actor)
    with scope.system(System.APPROVAL):
        invitation = _unused(invitation)
        invitation.inviter_id, invitation.invited_by = inviter, actor.label
        _renew(invitation)
        invitation.save()
        journal.record(invitation, Event.SHOP_INVITED, actor=actor, siret=invitation.siret, again=True)
    return invitation


@transaction.atomic
def revoke_shop_invitation(invitation: ShopInvitation, *, actor: Actor) -> ShopInvitation:
    """Make the link worthless, unless it was used first."""
    _check_may_invite(invitation, actor)
    with scope.system(System.APPROVAL):
        invitation = _unused(invitation)
        invitation.revoked_at = timezone.now()
        invitation.save(update_fields=["revoked_at"])
        journal.record(invitation, Event.SHOP_INVITATION_REVOKED, actor=actor)
    return invitation


def _unused(invitation: ShopInvitation) -> ShopInvitation:
    invitation = ShopInvitation.objects.select_for_update(of=("self",)).get(pk=invitation.pk)
    if invitation.accepted_at is not None:
        raise NotAllowed("Cette invitation a déjà été acceptée.")
    if invitation.revoked_at is not None:
        raise NotAllowed("Cette invitation est annulée : faites-en une nouvelle.")
    return invitation


def open_shop_invitation(token: str) -> tuple[ShopInvitation, bool] | None:
    """What a link leads to, and whether its address has an account; used, late and forged are one None."""
    with scope.system(System.APPROVAL):
        rows = ShopInvitation.objects.select_related("cabinet")
        invitation = rows.filter(token_hash=_fingerprint(token)).first()
        if invitation is None or not invitation.is_open:
            return None
        return invitation, User.objects.filter(email=invitation.email).exists()


@transaction.atomic
def accept_shop_invitation(token: str, *, user_id: int | None, full_name: str = "", password: str = "") -> ShopMember:
    """Enter once: with the account of the invited address, or with a new one and its owner's password."""
    hashed = make_password(password) if password else ""
    with scope.system(System.APPROVAL) as actor:
        rows = ShopInvitation.objects.select_for_update(of=("self",))
        invitation = rows.filter(token_hash=_fingerprint(token)).first()
        if invitation is None or not invitation.is_open:
            raise NotAllowed(OVER)
        user = _guest(invitation, user_id, full_name, hashed)
        invitation.accepted_at = timezone.now()
        invitation.save(update_fields=["accepted_at"])
        request = _request_of(invitation, user)
        return let_in(request, actor=actor, by=invitation.invited_by, with_cabinet=True)


def _guest(invitation: ShopInvitation, user_id: int | None, full_name: str, hashed: str) -> User:
    user = User.objects.filter(email=invitation.email).first()
    if user is None and hashed:
        user = User.objects.create(email=invitation.email, full_name=full_name, password=hashed)
    elif user is None or user.pk != user_id or CabinetMember.objects.filter(user=user, left_at=None).exists():
        raise NotAllowed(MINE)
    know_address(user)
    return user


def _request_of(invitation: ShopInvitation, user: User) -> AccountRequest:
    """The same trace as of any account; a request of theirs that waits for this SIRET is the one accepted."""
    waiting = AccountRequest.objects.select_for_update(of=("self",)).select_related("user", "cabinet")
    request = waiting.filter(user=user, siret=invitation.siret, state=AccountRequest.State.PENDING).first()
    if request is None:
        names = ("cabinet_id", "company_name", "siret", "postal_code")
        request = AccountRequest(user=user, **{name: getattr(invitation, name) for name in names})
        request.save(force_insert=True)
    note = " ".join(filter(None, (invitation.get_checked_how_display(), invitation.check_note)))
    keep_proof(request, how=AccountRequest.Check.INVITED, note=note, evidence={"invitation": invitation.pk})
    return request
