"""What rows said before: written by triggers alone (`accounts/rowhistory.py`), read on the pages « historique »."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models.organisations import Cabinet, Establishment
from accounts.scope import BY_CABINET, Entrusted, Kind, TenantModel, TenantQuerySet


class RowChange(TenantModel):
    """One row changed by one statement; `changes` maps columns to [before, after].

    Whose it is (cabinet, shop, dossier) is copied from the row; what belongs to no cabinet only the network reads.
    """

    class What(models.TextChoices):
        ADDED = "added", "Ajout"
        CHANGED = "changed", "Modification"
        DELETED = "deleted", "Suppression"

    subject_type = models.CharField("type", max_length=40)
    subject_id = models.BigIntegerField("identifiant")
    at = models.DateTimeField("le", default=timezone.now)
    what = models.CharField("quoi", max_length=8, choices=What)
    changes: "models.JSONField[dict[str, list[Any]], dict[str, list[Any]]]" = models.JSONField(
        "changements", default=dict
    )
    user_id = models.BigIntegerField("utilisateur", null=True)
    acting = models.CharField("au nom de", max_length=63, blank=True, default="")  # a part of the program, or a role
    cabinet = models.ForeignKey(
        Cabinet, models.DO_NOTHING, null=True, related_name="+", db_constraint=False, db_index=False
    )
    establishment = models.ForeignKey(
        Establishment, models.DO_NOTHING, null=True, related_name="+", db_constraint=False, db_index=False
    )
    dossier_id = models.BigIntegerField("dossier", null=True)

    tenant_paths = {Kind.STAFF: BY_CABINET}
    objects = TenantQuerySet["RowChange"].as_manager()

    class Meta:
        verbose_name = "changement"
        indexes = [models.Index(fields=["subject_type", "subject_id", "-at"], name="rowchange_subject")]

    def __str__(self) -> str:
        return f"{self.subject_type} {self.subject_id} {self.what}"

    @classmethod
    def entrusted_to(cls, part: Entrusted, prefix: str = "") -> Q:
        """What is about no shop and no dossier is the whole cabinet's, as in the journal."""
        of_the_cabinet = Q(**{f"{prefix}establishment": None, f"{prefix}dossier_id": None})
        return part.by_site(prefix) | part.by_dossier(f"{prefix}dossier_id") | of_the_cabinet
