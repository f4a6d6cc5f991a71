"""Dossiers entrusted one by one to people of a cabinet's staff."""

from django.db import models

from accounts.models import Cabinet, CabinetMember
from accounts.scope import BY_CABINET, Entrusted, Kind, TenantModel, TenantQuerySet
from claims.models.dossiers import Dossier


class AssignedDossier(TenantModel):
    """A dossier entrusted to a member of staff who does not see them all; being its expert needs no such row."""

    cabinet = models.ForeignKey(Cabinet, models.PROTECT, related_name="+", editable=False, verbose_name="cabinet")
    member = models.ForeignKey(CabinetMember, models.CASCADE, related_name="+", verbose_name="membre")
    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="assignments", verbose_name="dossier")

    tenant_paths = {Kind.STAFF: BY_CABINET}
    objects = TenantQuerySet["AssignedDossier"].as_manager()

    class Meta:
        verbose_name = "dossier confié"
        verbose_name_plural = "dossiers confiés"
        constraints = [models.UniqueConstraint(fields=["member", "dossier"], name="dossier_assigned_once")]

    @classmethod
    def entrusted_to(cls, part: Entrusted, prefix: str = "") -> models.Q:
        """Who sees what is for those who see everything."""
        return models.Q(**{f"{prefix}pk__in": ()})

    def __str__(self) -> str:
        return f"{self.dossier} – {self.member}"
