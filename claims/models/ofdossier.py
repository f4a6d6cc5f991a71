"""What hangs on a dossier: whose it is stands by the dossier, whose columns a trigger copies (`InheritTenant`)."""

from django.db import models

from accounts.models import Cabinet, Establishment
from accounts.scope import BY_CABINET, BY_ESTABLISHMENT, Kind, TenantModel


class OfDossier(TenantModel):
    """Its field `dossier` is each model's own: what becomes of the row with the dossier differs."""

    cabinet = models.ForeignKey(
        Cabinet, models.PROTECT, related_name="+", db_index=False, editable=False, verbose_name="cabinet"
    )
    establishment = models.ForeignKey(
        Establishment,
        models.PROTECT,
        related_name="+",
        db_index=False,
        null=True,
        editable=False,
        verbose_name="établissement",
    )

    tenant_paths = {Kind.REPAIRER: BY_ESTABLISHMENT, Kind.STAFF: BY_CABINET}

    class Meta:
        abstract = True
