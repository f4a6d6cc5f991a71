"""What another app says is expected about a dossier: an answer to a message, to a question."""

from django.db import models
from django.utils import timezone

from accounts.models import Cabinet, Establishment
from accounts.scope import BY_CABINET, BY_ESTABLISHMENT, Kind, TenantModel, TenantQuerySet
from claims.models.dossiers import Dossier
from claims.models.expectations import Expectation


class Awaited(TenantModel):
    """One thing of one dossier, by its kind and the number of the row that is answered; gone when it is."""

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="+", db_index=False)
    cabinet = models.ForeignKey(Cabinet, models.PROTECT, related_name="+", db_index=False, editable=False)
    establishment = models.ForeignKey(
        Establishment, models.PROTECT, related_name="+", db_index=False, null=True, editable=False
    )
    kind = models.CharField("quoi", max_length=20)  # an `Expectation.About`
    object_id = models.BigIntegerField()
    who = models.CharField("qui", max_length=8, choices=Expectation.Who)
    due_on = models.DateField("attendu pour le", null=True)
    since = models.DateTimeField("depuis", default=timezone.now)

    tenant_paths = {Kind.REPAIRER: BY_ESTABLISHMENT, Kind.STAFF: BY_CABINET}
    objects = TenantQuerySet["Awaited"].as_manager()

    class Meta:
        verbose_name = "réponse attendue"
        verbose_name_plural = "réponses attendues"
        constraints = [models.UniqueConstraint(fields=["dossier", "kind", "object_id"], name="awaited_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}"
