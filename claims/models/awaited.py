"""What another app says is expected about a dossier: an answer to a message, to a question."""

from django.db import models
from django.utils import timezone

from accounts.scope import TenantQuerySet
from claims.models.dossiers import Dossier
from claims.models.expectations import Expectation
from claims.models.ofdossier import OfDossier


class Awaited(OfDossier):
    """One thing of one dossier, by its kind and the number of the row that is answered; gone when it is."""

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField("quoi", max_length=20)  # an `Expectation.About`
    object_id = models.BigIntegerField()
    who = models.CharField("qui", max_length=8, choices=Expectation.Who)
    due_on = models.DateField("attendu pour le", null=True)
    since = models.DateTimeField("depuis", default=timezone.now)

    objects = TenantQuerySet["Awaited"].as_manager()

    class Meta:
        verbose_name = "réponse attendue"
        verbose_name_plural = "réponses attendues"
        constraints = [models.UniqueConstraint(fields=["dossier", "kind", "object_id"], name="awaited_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}"
