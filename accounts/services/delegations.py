"""Profiles are written, given to people for a time, and taken back at once.

Each act compares the rows with the actor itself: it rises above the scope to write the journal, so that nothing below
would refuse what it forgot. Nobody gives more than they hold.
"""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts import journal, scope
from accounts.exceptions import NotAllowed
from accounts.models import Delegation, DelegationProfile, Establishment, Invitation, ProfileEstablishment, ShopMember
from accounts.scope import Actor, Right, System
from accounts.services.events import Event

DEFAULT_PROFILE = "Consultation"
BEYOND = "Vous ne pouvez confier que des droits que vous avez vous-même, sur vos établissements."


def let_look(member: ShopMember, *, granted_by: str) -> None:
    """Give the default profile to somebody who has none yet: they look at every establishment, and do nothing else."""
    profile, _ = DelegationProfile.objects.get_or_create(
        organisation_id=member.organisation_id,
        name=DEFAULT_PROFILE,
        defaults={"rights": [Right.VIEW.value], "everywhere": True},
    )
    if not member.delegations.filter(revoked_at=None).exists():
        Delegation.objects.create(
            organisation_id=member.organisation_id, member=member, profile=profile, granted_by=granted_by
        )


@transaction.atomic
def save_profile(
    profile: DelegationProfile, *, actor: Actor, establishments: list[Establishment]
) -> DelegationProfile:
    """Write a profile, new or changed; what it gives changes for everybody who has it, on their next request."""
    is_new = profile.pk is None
    if not is_new and not DelegationProfile.objects.get(pk=profile.pk).may_be_given_by(actor):
        raise NotAllowed(BEYOND)
    with scope.system(System.DELEGATION):
        if any(site.organisation_id != profile.organisation_id for site in establishments):
            raise NotAllowed(BEYOND)
        with transaction.atomic():
            profile.full_clean()
            profile.save()
        profile.covered.all().delete()
        wanted = [] if profile.everywhere else establishments
        ProfileEstablishment.objects.bulk_create(
            ProfileEstablishment(profile=profile, establishment=site) for site in wanted
        )
        if not profile.may_be_given_by(actor):
            raise NotAllowed(BEYOND)
        journal.record(profile, Event.PROFILE_SAVED, actor=actor, rights=profile.right_labels, new=is_new)
    return profile


@transaction.atomic
def grant(
    member: ShopMember, *, actor: Actor, profile: DelegationProfile, from_on: date, to_on: date | None
) -> Delegation:
    """Give a profile from one day to another, both included; the same given twice is one."""
    if member.organisation_id != profile.organisation_id or not profile.may_be_given_by(actor):
        raise NotAllowed(BEYOND)
    if member.left_at is not None or member.role == ShopMember.Role.OWNER:
        raise NotAllowed("Cette personne a déjà tous les droits, ou a quitté l’entreprise.")
    if to_on is not None and to_on < from_on:
        raise ValidationError({"to_on": "La fin ne peut pas précéder le début."})
    with scope.system(System.DELEGATION):
        ShopMember.objects.select_for_update(of=("self",)).get(pk=member.pk)
        given = Delegation.objects.filter(member=member, profile=profile, from_on=from_on, to_on=to_on)
        if (same := given.filter(revoked_at=None).first()) is not None:
            return same
        delegation = Delegation.objects.create(
            organisation_id=member.organisation_id,
            member=member,
            profile=profile,
            from_on=from_on,
            to_on=to_on,
            granted_by=actor.label,
        )
        journal.record(delegation, Event.ACCESS_GRANTED, actor=actor, profile=profile.name)
    return delegation


@transaction.atomic
def revoke(delegation: Delegation, *, actor: Actor) -> Delegation:
    """Take a profile back: the person's next request no longer has it. Twice is once."""
    if not delegation.profile.may_be_given_by(actor):
        raise NotAllowed(BEYOND)
    with scope.system(System.DELEGATION):
        delegation = Delegation.objects.select_for_update(of=("self",)).get(pk=delegation.pk)
        if delegation.revoked_at is None:
            delegation.revoked_at = timezone.now()
            delegation.save(update_fields=["revoked_at"])
            journal.record(delegation, Event.ACCESS_REVOKED, actor=actor, profile=delegation.profile.name)
    return delegation


@transaction.atomic
def end_membership(member: ShopMember, *, actor: Actor) -> ShopMember:
    """Somebody leaves the company; whoever answers for it leaves only when somebody else does too."""
    if member.organisation_id not in actor.owned:
        raise NotAllowed("Seul un responsable met fin à l’accès d’une personne.")
    with scope.system(System.DELEGATION):
        owners = ShopMember.objects.select_for_update(of=("self",)).filter(
            organisation=member.organisation_id, left_at=None
        )
        people = {person.pk: person for person in owners.order_by("pk")}
        if member.pk not in people:
            return member
        member = people.pop(member.pk)
        if not any(person.role == ShopMember.Role.OWNER for person in people.values()):
            raise NotAllowed("L’entreprise garde toujours un responsable : celui-ci est le dernier.")
        member.left_at = timezone.now()
        member.save(update_fields=["left_at"])
        member.delegations.filter(revoked_at=None).update(revoked_at=member.left_at)
        Invitation.objects.filter(
            inviter=member.user_id, organisation=member.organisation_id, accepted_at=None, revoked_at=None
        ).update(revoked_at=member.left_at)
        journal.record(member, Event.MEMBER_LEFT, actor=actor)
    return member
