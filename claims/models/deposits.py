"""Files on their way from a shop to a cabinet, and the receipt that proves they were sent."""

import uuid
from datetime import timedelta
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from accounts.models import Cabinet, Establishment, User
from accounts.scope import BY_CABINET, BY_ESTABLISHMENT, Kind, TenantModel, TenantQuerySet
from claims.models.documents import Document
from claims.models.dossiers import Dossier

KEPT = timedelta(hours=24)  # what was not sent by then is gone


def staging_key(upload: "Upload", filename: str) -> str:
    """A random key, apart from documents: what lies there was not sent yet."""
    key = uuid.uuid4().hex
    return f"uploads/{key[:2]}/{key}"


def in_a_day() -> Any:
    return timezone.now() + KEPT


class UploadQuerySet(TenantQuerySet["Upload"]):
    """The vocabulary of uploads."""

    def of(self, dossier: Dossier, user_id: int | None, *, for_supplement: bool = False) -> "UploadQuerySet":
        """What this person prepares for this dossier, or for a complément to it, in their order; no guided photos."""
        rows = self.prepared(dossier, user_id).filter(shot=None, for_supplement=for_supplement)
        return rows.order_by("position", "pk")

    def prepared(self, dossier: Dossier, user_id: int | None) -> "UploadQuerySet":
        """All that takes room before it is sent."""
        return self.filter(dossier=dossier, user=user_id, deposit=None, draft=None)

    def stored(self) -> "UploadQuerySet":
        return self.exclude(state=Upload.State.RECEIVING)

    def ready(self) -> "UploadQuerySet":
        return self.filter(state=Upload.State.READY)


class Upload(TenantModel):
    """One file on its way: arriving in pieces, then checked, then sent with a deposit or gone after a day."""

    class State(models.TextChoices):
        RECEIVING = "receiving", "transfert en cours"
        CHECKING = "checking", "vérification en cours"
        READY = "ready", "prêt à envoyer"
        REFUSED = "refused", "refusé"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="+", verbose_name="dossier")
    cabinet = models.ForeignKey(Cabinet, models.PROTECT, related_name="+", verbose_name="cabinet")
    establishment = models.ForeignKey(
        Establishment, models.PROTECT, related_name="+", null=True, verbose_name="établissement"
    )
    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="auteur")
    client_key = models.CharField("clé du navigateur", max_length=200)  # the same file chosen again goes on
    name = models.CharField("nom", max_length=160)
    file = models.FileField("fichier", upload_to=staging_key, max_length=120)
    size = models.PositiveBigIntegerField("taille")  # bytes
    received = models.PositiveBigIntegerField("reçu", default=0)  # bytes
    sha256 = models.CharField("empreinte SHA-256", max_length=64, blank=True, default="")
    content_type = models.CharField("format", max_length=40, blank=True, default="")
    pages = models.PositiveIntegerField("pages", null=True)
    width = models.PositiveIntegerField("largeur", null=True)  # pixels, of a photo
    height = models.PositiveIntegerField("hauteur", null=True)  # same
    sharpness = models.PositiveIntegerField("netteté", null=True)  # see `claims.inspection.pictures.sharpness`
    shot = models.ForeignKey("claims.Shot", models.CASCADE, null=True, related_name="uploads")  # of a guided set
    state = models.CharField("état", max_length=10, choices=State, default=State.RECEIVING)
    refusal = models.CharField("motif de refus", max_length=300, blank=True, default="")
    warnings: "models.JSONField[list[str], list[str]]" = models.JSONField("avertissements", default=list)
    scanned = models.BooleanField("antivirus passé", default=False)
    shown = models.CharField(max_length=120, blank=True, default="")
    thumbnail = models.CharField(max_length=120, blank=True, default="")
    position = models.PositiveIntegerField("place", default=0)
    for_supplement = models.BooleanField("pour un complément", default=False)  # it leaves with that, and nothing else
    parts: "models.JSONField[list[int], list[int]]" = models.JSONField("photos réunies", default=list)
    draft = models.BigIntegerField("brouillon", null=True)  # waits for somebody who answers for the company
    deposit = models.ForeignKey("claims.Deposit", models.PROTECT, null=True, related_name="uploads")
    created_at = models.DateTimeField("reçu le", default=timezone.now)
    expires_at = models.DateTimeField("gardé jusqu’au", default=in_a_day)

    tenant_paths = {Kind.REPAIRER: BY_ESTABLISHMENT}
    objects = UploadQuerySet.as_manager()

    class Meta:
        verbose_name = "fichier en préparation"
        verbose_name_plural = "fichiers en préparation"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "dossier", "client_key"],
                condition=Q(deposit=None, draft=None),
                name="upload_once",
            ),
            models.CheckConstraint(condition=Q(received__lte=F("size")), name="upload_within_its_size"),
        ]
        indexes = [
            models.Index(fields=["expires_at"], condition=Q(deposit=None), name="upload_to_expire"),
            models.Index(fields=["establishment", "created_at"], name="upload_of_a_day"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_photo(self) -> bool:
        return self.content_type.startswith("image/")

    @property
    def is_ready(self) -> bool:
        return self.state == self.State.READY

    @property
    def is_refused(self) -> bool:
        return self.state == self.State.REFUSED

    @property
    def percent(self) -> int:
        return self.received * 100 // self.size if self.size else 0


class Deposit(TenantModel):
    """What a shop sent in one go; its number is the receipt's, which proves it to whoever holds number and file."""

    number = models.CharField("n° d’accusé", max_length=20, unique=True)
    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="deposits", verbose_name="dossier")
    cabinet = models.ForeignKey(Cabinet, models.PROTECT, related_name="+", verbose_name="cabinet")
    establishment = models.ForeignKey(
        Establishment, models.PROTECT, related_name="+", null=True, verbose_name="établissement"
    )
    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="auteur")
    sender_label = models.CharField("envoyé par", max_length=160)
    sender_role = models.CharField("en qualité de", max_length=40, blank=True, default="")
    kind = models.CharField("type", max_length=20, choices=Document.Kind)
    comment = models.TextField("commentaire", max_length=1000, blank=True, default="")
    key = models.CharField("clé d’envoi", max_length=64)  # one sending, however often its button was pressed
    pdf = models.CharField("accusé en PDF", max_length=120, blank=True, default="")  # a key of the storage
    sent_at = models.DateTimeField("envoyé le", default=timezone.now)

    tenant_paths = {Kind.REPAIRER: BY_ESTABLISHMENT, Kind.STAFF: BY_CABINET}
    objects = TenantQuerySet["Deposit"].as_manager()

    class Meta:
        verbose_name = "envoi"
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="deposit_once")]
        indexes = [models.Index(fields=["dossier", "-sent_at"], name="deposit_dossier")]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("receipt", args=[self.number])
