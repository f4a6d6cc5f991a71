"""Why a cabinet finds a deposit « non conforme »."""

from django.db import models

from accounts.models import Cabinet
from accounts.scope import BY_CABINET, Kind, TenantModel, TenantQuerySet

# What a cabinet chooses from until it has written its own list.
USUAL_REASONS = (
    "Document illisible ou incomplet",
    "Ce n’est pas le document demandé",
    "Le document concerne un autre dossier ou un autre véhicule",
    "Montants différents du rapport d’expertise à jour",
    "Opérations ou pièces absentes du rapport",
    "Mentions obligatoires absentes (SIRET, TVA, date, numéro)",
    "Remise convenue non appliquée",
)


class VerdictReason(TenantModel):
    """One reason of a cabinet's own list; a cabinet without any chooses from the usual ones."""

    cabinet = models.ForeignKey(Cabinet, models.CASCADE, related_name="+", verbose_name="cabinet")
    text = models.CharField("motif", max_length=120)
    position = models.PositiveSmallIntegerField("ordre", default=0)

    tenant_paths = {Kind.STAFF: BY_CABINET}
    objects = TenantQuerySet["VerdictReason"].as_manager()

    class Meta:
        verbose_name = "motif de non-conformité"
        verbose_name_plural = "motifs de non-conformité"
        constraints = [models.UniqueConstraint(fields=["cabinet", "text"], name="verdict_reason_once")]

    def __str__(self) -> str:
        return self.text
