"""Who may do what for a repair company: profiles, the dates they hold for, and invitations to them."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.models.organisations import Establishment, Organisation, ShopMember
from accounts.models.people import User
from accounts.scope import RIGHT_LABELS, Actor, Kind, Owner, Right, TenantModel, TenantQuerySet

BY_ORGANISATION = ("organisation", Owner.ORGANISATION)


class DelegationProfile(TenantModel):
    """A named set of rights on a set of establishments; « tous » includes those that join later."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="organisation")
    name = models.CharField("nom du profil", max_length=60)
    rights = ArrayField(
        models.CharField(max_length=10, choices=[(right.value, label) for right, label in RIGHT_LABELS.items()]),
        verbose_name="droits",
    )
    everywhere = models.BooleanField("tous les établissements", default=False)
    needs_validation = models.BooleanField("validation avant envoi", default=False)
    establishments = models.ManyToManyField(
        Establishment, through="accounts.ProfileEstablishment", related_name="+", verbose_name="établissements"
    )

    tenant_paths = {Kind.REPAIRER: BY_ORGANISATION}
    objects = TenantQuerySet["DelegationProfile"].as_manager()

    class Meta:
        verbose_name = "profil de délégation"
        verbose_name_plural = "profils de délégation"
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "name"],
                name="delegation_profile_name_once",
                violation_error_message="Un profil porte déjà ce nom : choisissez-en un autre.",
            ),
            models.CheckConstraint(
                condition=Q(rights__contained_by=[right.value for right in Right]), name="delegation_profile_rights"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def right_labels(self) -> list[str]:
        return [label for right, label in RIGHT_LABELS.items() if right in self.rights]

    def may_be_given_by(self, actor: Actor) -> bool:
        """Nobody gives more than they hold: not a right, not a site, not the freedom to send alone."""
        if self.organisation_id in actor.owned:
            return True
        if self.everywhere or self.organisation_id not in actor.organisations:
            return False
        sites = {site.pk: site for site in actor.sites}
        wanted = [site.pk for site in self.establishments.all()]
        return bool(wanted) and all(
            pk in sites
            and actor.may(Right.PEOPLE, pk)
            and set(self.rights) <= (sites[pk].rights if self.needs_validation else sites[pk].alone)
            for pk in wanted
        )


class ProfileEstablishment(TenantModel):
    """One establishment a profile covers; the database refuses one of another organisation."""

    profile = models.ForeignKey(DelegationProfile, models.CASCADE, related_name="covered", verbose_name="profil")
    establishment = models.ForeignKey(Establishment, models.PROTECT, related_name="+", verbose_name="établissement")

    tenant_paths = {Kind.REPAIRER: ("profile__organisation", Owner.ORGANISATION)}
    objects = TenantQuerySet["ProfileEstablishment"].as_manager()

    class Meta:
        verbose_name = "établissement d’un profil"
        verbose_name_plural = "établissements des profils"
        constraints = [
            models.UniqueConstraint(fields=["profile", "establishment"], name="profile_establishment_once"),
        ]

    def __str__(self) -> str:
        return f"{self.profile} – {self.establishment}"


class DelegationQuerySet(TenantQuerySet["Delegation"]):
    """The vocabulary of delegations."""

    def in_force(self, right: Right, establishment_id: int) -> "DelegationQuerySet":
        """Those that give this right there today."""
        today = timezone.localdate()
        here = Q(profile__everywhere=True) | Q(profile__establishments=establishment_id)
        dated = Q(from_on__lte=today) & (Q(to_on=None) | Q(to_on__gte=today))
        return self.filter(here, dated, revoked_at=None, profile__rights__contains=[right.value])


class Delegation(TenantModel):
    """A profile given to a person, both days included, until it is revoked; dates are days in Paris."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="organisation")
    member = models.ForeignKey(ShopMember, models.PROTECT, related_name="delegations", verbose_name="personne")
    profile = models.ForeignKey(
        DelegationProfile, models.PROTECT, related_name="delegations", verbose_name="profil de délégation"
    )
    from_on = models.DateField("à partir du", default=timezone.localdate)
    to_on = models.DateField("jusqu’au", null=True, blank=True)
    granted_at = models.DateTimeField("donnée le", default=timezone.now, editable=False)
    granted_by = models.CharField("donnée par", max_length=160, blank=True, editable=False)
    revoked_at = models.DateTimeField("révoquée le", null=True, blank=True)

    tenant_paths = {Kind.REPAIRER: BY_ORGANISATION}
    objects = DelegationQuerySet.as_manager()

    class Meta:
        verbose_name = "délégation"
        constraints = [
            models.CheckConstraint(
                condition=Q(to_on=None) | Q(to_on__gte=F("from_on")),
                name="delegation_ends_after_it_begins",
                violation_error_message="La fin ne peut pas précéder le début.",
            ),
        ]

    def __str__(self) -> str:
        return str(self.profile)

    @property
    def is_in_force(self) -> bool:
        today = timezone.localdate()
        return self.revoked_at is None and self.from_on <= today and (self.to_on is None or today <= self.to_on)

    @property
    def is_over(self) -> bool:
        return self.revoked_at is not None or (self.to_on is not None and self.to_on < timezone.localdate())


class Invitation(TenantModel):
    """A place kept for somebody under a profile. Of the link's token only a fingerprint is kept."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="organisation")
    email = models.EmailField("adresse e-mail")
    profile = models.ForeignKey(DelegationProfile, models.PROTECT, related_name="+", verbose_name="profil")
    from_on = models.DateField("à partir du", null=True, blank=True)  # as the delegation it becomes; none: at once
    to_on = models.DateField("jusqu’au", null=True, blank=True)
    nonce = models.UUIDField(default=uuid.uuid4, editable=False)  # the token is made of it and of the secret key
    token_hash = models.CharField("empreinte du jeton", max_length=64, unique=True, editable=False)
    inviter = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="invitant", editable=False)
    invited_by = models.CharField("invitée par", max_length=160, editable=False)
    created_at = models.DateTimeField("envoyée le", default=timezone.now, editable=False)
    expires_at = models.DateTimeField("valable jusqu’au", editable=False)
    accepted_at = models.DateTimeField("acceptée le", null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField("révoquée le", null=True, blank=True, editable=False)

    tenant_paths = {Kind.REPAIRER: BY_ORGANISATION}
    objects = TenantQuerySet["Invitation"].as_manager()

    class Meta:
        verbose_name = "invitation"
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "email"],
                condition=Q(accepted_at=None, revoked_at=None),
                name="invitation_one_open_an_address",
            ),
        ]

    def __str__(self) -> str:
        return self.email

    @property
    def is_open(self) -> bool:
        return self.accepted_at is None and self.revoked_at is None and timezone.now() < self.expires_at
