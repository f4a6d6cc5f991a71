"""Zip archives of a dossier's documents, ordered by a person and kept for a day."""

import uuid
from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from accounts.models import Cabinet, Establishment, User
from accounts.scope import BY_CABINET, BY_ESTABLISHMENT, Kind, TenantModel, TenantQuerySet
from claims.models.dossiers import Dossier


class ExportQuerySet(TenantQuerySet["Export"]):
    """The vocabulary of exports."""

    def under_way(self) -> "ExportQuerySet":
        return self.filter(state__in=[Export.State.ORDERED, Export.State.BUILDING])

    def move(self, to: "Export.State", **fields: Any) -> int:
        """Say where these stand now; how many there were."""
        return self.update(**(fields | {"state": to}))


class Export(TenantModel):
    """One archive. The manifest is written when it is ordered, under the requester's scope, and never changes.

    An entry of the manifest: document (id), sha256, size (bytes), name (in the archive), at (ISO date-time).
    An entry of what is missing: document, name, reason.
    """

    class State(models.TextChoices):
        ORDERED = "ordered", "en attente"
        BUILDING = "building", "en préparation"
        READY = "ready", "prêt"
        FAILED = "failed", "échec"
        WITHDRAWN = "withdrawn", "retiré"
        EXPIRED = "expired", "expiré"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="+", verbose_name="dossier")
    cabinet = models.ForeignKey(Cabinet, models.PROTECT, related_name="+", db_index=False, verbose_name="cabinet")
    establishment = models.ForeignKey(
        Establishment, models.PROTECT, related_name="+", db_index=False, null=True, verbose_name="établissement"
    )
    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="demandé par")
    name = models.CharField("nom du fichier", max_length=120)
    manifest: "models.JSONField[list[dict[str, Any]], list[dict[str, Any]]]" = models.JSONField(
        "contenu", default=list
    )
    fingerprint = models.CharField("empreinte du contenu", max_length=64)  # SHA-256 of the manifest: asked twice, one
    state = models.CharField("état", max_length=9, choices=State, default=State.ORDERED)
    reason = models.CharField("motif", max_length=200, blank=True, default="")
    total_size = models.PositiveBigIntegerField("taille des fichiers", default=0)  # bytes
    done_size = models.PositiveBigIntegerField("taille traitée", default=0)  # bytes
    missing: "models.JSONField[list[dict[str, Any]], list[dict[str, Any]]]" = models.JSONField(
        "fichiers manquants", default=list
    )
    file = models.CharField("fichier", max_length=120, blank=True, default="")  # a key of the storage
    size = models.PositiveBigIntegerField("taille", default=0)  # bytes
    ordered_at = models.DateTimeField("demandé le", default=timezone.now)
    ready_at = models.DateTimeField("prêt le", null=True)
    expires_at = models.DateTimeField("expire le", null=True)

    tenant_paths = {Kind.REPAIRER: BY_ESTABLISHMENT, Kind.STAFF: BY_CABINET}
    objects = ExportQuerySet.as_manager()

    class Meta:
        verbose_name = "export"
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="ready") | ~Q(file="") & Q(expires_at__isnull=False), name="export_ready_has_a_file"
            ),
        ]
        indexes = [
            models.Index(fields=["expires_at"], condition=Q(state="ready"), name="export_to_expire"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("export", args=[self.public_id])

    @property
    def held(self) -> list[int]:
        """The documents that are in it."""
        missing = {entry["document"] for entry in self.missing}
        return [entry["document"] for entry in self.manifest if entry["document"] not in missing]

    @property
    def percent(self) -> int:
        """How far it is, by bytes; 100 only when it is ready."""
        if self.state == self.State.READY:
            return 100
        return min(99, self.done_size * 100 // self.total_size) if self.total_size else 0

    @property
    def is_under_way(self) -> bool:
        return self.state in {self.State.ORDERED, self.State.BUILDING}
