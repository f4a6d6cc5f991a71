"""How somebody shows that a SIRET is theirs: a code sent to an address a cabinet knew before, or its invitation."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models.organisations import Cabinet, CabinetEstablishment
from accounts.models.people import AccountRequest, User
from accounts.scope import BY_CABINET, BY_USER, Kind, TenantModel, TenantQuerySet
from accounts.validators import validate_postal_code, validate_siret


class SiretCode(TenantModel):
    """Six digits on their way to the shop's own address, made of the nonce and the secret key, and kept nowhere.

    `link` is the cabinet's knowledge of the shop; without one the row exists all the same, and nothing is sent:
    whoever asked is not to learn which.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name="utilisateur")
    request = models.ForeignKey(AccountRequest, models.CASCADE, related_name="codes", verbose_name="demande")
    link = models.ForeignKey(
        CabinetEstablishment, models.PROTECT, related_name="+", null=True, verbose_name="réparateur du cabinet"
    )
    nonce = models.UUIDField(default=uuid.uuid4, editable=False)
    tries = models.PositiveSmallIntegerField("essais", default=0)
    created_at = models.DateTimeField("demandé le", default=timezone.now, editable=False)
    expires_at = models.DateTimeField("valable jusqu’à", editable=False)
    used_at = models.DateTimeField("utilisé le", null=True, editable=False)

    tenant_paths = {Kind.PENDING: BY_USER, Kind.REPAIRER: BY_USER}
    objects = TenantQuerySet["SiretCode"].as_manager()

    class Meta:
        verbose_name = "code d’un SIRET"
        verbose_name_plural = "codes des SIRET"

    def __str__(self) -> str:
        return f"Code pour {self.request}"


class ShopInvitation(TenantModel):
    """A cabinet, which has checked a SIRET, opens the door to the person who answers for it."""

    cabinet = models.ForeignKey(Cabinet, models.PROTECT, related_name="+", verbose_name="cabinet")
    company_name = models.CharField("nom de l’entreprise", max_length=120)
    siret = models.CharField("SIRET", max_length=14, validators=[validate_siret])
    postal_code = models.CharField("code postal", max_length=5, validators=[validate_postal_code])
    email = models.EmailField("adresse e-mail")
    checked_how = models.CharField("vérification faite", max_length=12, choices=AccountRequest.Check)
    check_note = models.CharField("précision", max_length=500, blank=True)
    nonce = models.UUIDField(default=uuid.uuid4, editable=False)  # the token is made of it and of the secret key
    token_hash = models.CharField("empreinte du jeton", max_length=64, unique=True, editable=False)
    inviter = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="invitant", editable=False)
    invited_by = models.CharField("invitée par", max_length=160, editable=False)
    created_at = models.DateTimeField("créée le", default=timezone.now, editable=False)
    expires_at = models.DateTimeField("valable jusqu’au", editable=False)
    accepted_at = models.DateTimeField("acceptée le", null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField("annulée le", null=True, blank=True, editable=False)

    tenant_paths = {Kind.STAFF: BY_CABINET}
    objects = TenantQuerySet["ShopInvitation"].as_manager()

    class Meta:
        verbose_name = "invitation d’un réparateur"
        verbose_name_plural = "invitations des réparateurs"
        constraints = [
            models.UniqueConstraint(
                fields=["cabinet", "siret", "email"],
                condition=Q(accepted_at=None, revoked_at=None),
                name="shop_invitation_one_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.company_name} ({self.siret})"

    @property
    def is_open(self) -> bool:
        return self.accepted_at is None and self.revoked_at is None and timezone.now() < self.expires_at
