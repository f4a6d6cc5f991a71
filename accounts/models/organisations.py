"""The two kinds of tenants, what they own, and who belongs to them."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from accounts.menus import Menu, menus_of
from accounts.models.people import User
from accounts.scope import (
    BY_CABINET,
    BY_ESTABLISHMENT,
    BY_USER,
    Entrusted,
    Kind,
    Owner,
    TenantModel,
    TenantQuerySet,
)
from accounts.validators import validate_cabinet_code, validate_postal_code, validate_siret

SIREN_LENGTH = 9  # the company's part of a SIRET


class Cabinet(TenantModel):
    """An expert firm: a tenant. Its code stands in the addresses of its dossiers and in its file names."""

    code = models.CharField("code", max_length=20, unique=True, validators=[validate_cabinet_code])
    name = models.CharField("nom", max_length=120)
    email = models.EmailField("adresse e-mail", blank=True)
    phone = models.CharField("téléphone", max_length=20, blank=True)
    city = models.CharField("ville", max_length=80, blank=True)
    is_active = models.BooleanField(
        "actif", default=True, help_text="Un cabinet inactif n’est plus proposé à l’inscription."
    )
    created_at = models.DateTimeField("créé le", default=timezone.now, editable=False)

    tenant_paths = {Kind.STAFF: ("pk", Owner.CABINET), Kind.REPAIRER: ("pk", Owner.CABINET)}
    objects = TenantQuerySet["Cabinet"].as_manager()

    class Meta:
        verbose_name = "cabinet"

    def __str__(self) -> str:
        return self.name


class CabinetMember(TenantModel):
    """A person of a cabinet's staff; somebody who works for two cabinets has two logins."""

    class Role(models.TextChoices):
        MANAGER = "responsable", "responsable de cabinet"
        EXPERT = "expert", "expert"
        CLERK = "gestionnaire", "gestionnaire"

    cabinet = models.ForeignKey(Cabinet, models.PROTECT, related_name="members", verbose_name="cabinet")
    user = models.OneToOneField(User, models.PROTECT, related_name="cabinet_member", verbose_name="utilisateur")
    role = models.CharField("rôle", max_length=12, choices=Role, default=Role.CLERK)
    menus = ArrayField(
        models.CharField(max_length=12),
        verbose_name="droits par menu",
        null=True,
        blank=True,
        editable=False,
        help_text="Vide : ceux de son rôle. Un responsable de cabinet les a tous.",
    )
    sees_all = models.BooleanField("tous les dossiers du cabinet", default=True, editable=False)
    joined_at = models.DateTimeField("entré le", default=timezone.now, editable=False)
    suspended_at = models.DateTimeField("accès suspendu le", null=True, blank=True, editable=False)
    left_at = models.DateTimeField("sorti le", null=True, blank=True)

    tenant_paths = {Kind.STAFF: BY_CABINET}
    objects = TenantQuerySet["CabinetMember"].as_manager()

    class Meta:
        verbose_name = "membre d’un cabinet"
        verbose_name_plural = "membres des cabinets"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(menus=None) | models.Q(menus__contained_by=[menu.value for menu in Menu]),
                name="cabinet_member_menus",
            ),
            models.CheckConstraint(
                condition=~models.Q(role="responsable") | models.Q(sees_all=True), name="cabinet_manager_sees_all"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} – {self.get_role_display()}"

    @property
    def held_menus(self) -> frozenset[Menu]:
        return menus_of(self.role, self.menus)


class AssignedEstablishment(TenantModel):
    """All the dossiers a cabinet sends to a shop, entrusted to a member of its staff who does not see them all."""

    cabinet = models.ForeignKey(Cabinet, models.PROTECT, related_name="+", editable=False, verbose_name="cabinet")
    member = models.ForeignKey(
        CabinetMember, models.CASCADE, related_name="assigned_establishments", verbose_name="membre"
    )
    establishment = models.ForeignKey(
        "accounts.Establishment", models.CASCADE, related_name="+", verbose_name="établissement"
    )

    tenant_paths = {Kind.STAFF: BY_CABINET}
    objects = TenantQuerySet["AssignedEstablishment"].as_manager()

    class Meta:
        verbose_name = "établissement confié"
        verbose_name_plural = "établissements confiés"
        constraints = [
            models.UniqueConstraint(fields=["member", "establishment"], name="establishment_assigned_once"),
        ]

    @classmethod
    def entrusted_to(cls, part: Entrusted, prefix: str = "") -> models.Q:
        """Who sees what is for those who see everything."""
        return models.Q(**{f"{prefix}pk__in": ()})

    def __str__(self) -> str:
        return f"{self.member} – {self.establishment}"


class Organisation(TenantModel):
    """A repair company: a tenant that owns one or more establishments."""

    name = models.CharField("nom", max_length=120)
    created_at = models.DateTimeField("créée le", default=timezone.now, editable=False)

    tenant_paths = {Kind.REPAIRER: ("pk", Owner.ORGANISATION)}
    objects = TenantQuerySet["Organisation"].as_manager()

    class Meta:
        verbose_name = "organisation"

    def __str__(self) -> str:
        return self.name


class Establishment(TenantModel):
    """One SIRET, shared by every cabinet that sends it missions; owned by an organisation once proven."""

    siret = models.CharField("SIRET", max_length=14, unique=True, validators=[validate_siret])
    name = models.CharField("nom", max_length=120, blank=True)
    postal_code = models.CharField("code postal", max_length=5, blank=True, validators=[validate_postal_code])
    city = models.CharField("ville", max_length=80, blank=True)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="establishments", null=True, blank=True, verbose_name="organisation"
    )
    proven_at = models.DateTimeField("prouvé le", null=True, blank=True, editable=False)
    proven_by = models.CharField("prouvé par", max_length=160, blank=True, editable=False)
    proposed_at = models.DateTimeField("proposé le", null=True, blank=True, editable=False)  # to its SIREN's owners

    tenant_paths = {
        Kind.REPAIRER: ("pk", Owner.ESTABLISHMENT),
        Kind.STAFF: ("cabinet_links__cabinet", Owner.CABINET),
    }
    objects = TenantQuerySet["Establishment"].as_manager()

    class Meta:
        verbose_name = "établissement"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(siret__regex=r"^[0-9]{14}$"), name="establishment_siret_14_digits"
            ),
            models.CheckConstraint(
                condition=models.Q(organisation=None, proven_at=None)
                | models.Q(organisation__isnull=False, proven_at__isnull=False),
                name="establishment_owned_is_proven",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name or 'Établissement'} {self.siret}".strip()

    @property
    def siren(self) -> str:
        return self.siret[:SIREN_LENGTH]


class CabinetEstablishment(TenantModel):
    """A cabinet works with an establishment: what that cabinet alone knows and decides about it."""

    cabinet = models.ForeignKey(Cabinet, models.PROTECT, related_name="establishment_links", verbose_name="cabinet")
    establishment = models.ForeignKey(
        Establishment, models.PROTECT, related_name="cabinet_links", verbose_name="établissement"
    )
    email = models.EmailField("e-mail connu du cabinet", blank=True)
    is_approved = models.BooleanField("réparateur agréé", default=False)
    suspended_at = models.DateTimeField("suspendu le", null=True, blank=True)
    suspension_reason = models.CharField("motif de la suspension", max_length=300, blank=True, editable=False)
    created_at = models.DateTimeField("connu depuis le", default=timezone.now, editable=False)

    tenant_paths = {Kind.REPAIRER: BY_ESTABLISHMENT, Kind.STAFF: BY_CABINET}
    objects = TenantQuerySet["CabinetEstablishment"].as_manager()

    class Meta:
        verbose_name = "réparateur du cabinet"
        verbose_name_plural = "réparateurs du cabinet"
        constraints = [
            models.UniqueConstraint(fields=["cabinet", "establishment"], name="cabinet_establishment_once"),
        ]

    def __str__(self) -> str:
        return str(self.establishment)

    @classmethod
    def entrusted_to(cls, part: Entrusted, prefix: str = "") -> models.Q:
        return part.by_site(prefix)


class ShopMember(TenantModel):
    """A person of a repair company."""

    class Role(models.TextChoices):
        OWNER = "responsable", "responsable"
        COLLABORATOR = "collaborateur", "collaborateur"

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="members", verbose_name="organisation")
    user = models.ForeignKey(User, models.PROTECT, related_name="shop_members", verbose_name="utilisateur")
    role = models.CharField("rôle", max_length=13, choices=Role, default=Role.COLLABORATOR)
    joined_at = models.DateTimeField("entré le", default=timezone.now, editable=False)
    left_at = models.DateTimeField("sorti le", null=True, blank=True)

    tenant_paths = {Kind.REPAIRER: ("organisation", Owner.ORGANISATION), Kind.PENDING: BY_USER}
    objects = TenantQuerySet["ShopMember"].as_manager()

    class Meta:
        verbose_name = "membre d’un réparateur"
        verbose_name_plural = "membres des réparateurs"
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "user"], condition=models.Q(left_at=None), name="shop_member_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} – {self.organisation}"
