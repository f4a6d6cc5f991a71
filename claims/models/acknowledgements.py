"""Who has read which version (EG-02)."""

from django.db import models
from django.utils import timezone

from accounts.models import Cabinet, Establishment, User
from accounts.scope import BY_CABINET, BY_ESTABLISHMENT, Kind, TenantModel, TenantQuerySet
from claims.models.documents import Document
from claims.models.dossiers import Dossier


class Acknowledgement(TenantModel):
    """« J’ai pris connaissance de la version n »: one person, one document, once; a new version asks again."""

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="+", verbose_name="dossier")
    cabinet = models.ForeignKey(Cabinet, models.PROTECT, related_name="+", db_index=False, verbose_name="cabinet")
    establishment = models.ForeignKey(
        Establishment, models.PROTECT, related_name="+", db_index=False, null=True, verbose_name="établissement"
    )
    document = models.ForeignKey(
        Document, models.PROTECT, related_name="acknowledgements", db_index=False, verbose_name="document"
    )
    version = models.PositiveSmallIntegerField("version")
    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="personne")
    reader = models.CharField("pour", max_length=160)  # a company, never a private name
    role = models.CharField("rôle", max_length=20, blank=True)
    at = models.DateTimeField("le", default=timezone.now)

    tenant_paths = {Kind.REPAIRER: BY_ESTABLISHMENT, Kind.STAFF: BY_CABINET}
    objects = TenantQuerySet["Acknowledgement"].as_manager()

    class Meta:
        verbose_name = "prise de connaissance"
        verbose_name_plural = "prises de connaissance"
        constraints = [models.UniqueConstraint(fields=["document", "user"], name="acknowledged_once")]

    def __str__(self) -> str:
        return f"version {self.version}"
