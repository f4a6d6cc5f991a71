"""A file of dossiers brought in by the browser: what it would do, then what it did."""

import uuid
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import Cabinet, User
from accounts.scope import BY_CABINET, Entrusted, Kind, TenantModel, TenantQuerySet


def import_key(row: "DossierFile | None" = None, filename: str = "") -> str:
    """A random key, of the file or of its refused rows."""
    key = uuid.uuid4().hex
    return f"imports/{key[:2]}/{key}"


class DossierFile(TenantModel):
    """Tried first, then imported or left; the file itself is gone a week later, its report stays."""

    class State(models.TextChoices):
        CHECKING = "checking", "essai en cours"
        CHECKED = "checked", "essayé, à importer"
        IMPORTING = "importing", "import en cours"
        DONE = "done", "importé"
        REFUSED = "refused", "refusé"

    cabinet = models.ForeignKey(Cabinet, models.PROTECT, related_name="+", verbose_name="cabinet")
    user = models.ForeignKey(User, models.PROTECT, related_name="+", editable=False, verbose_name="par")
    name = models.CharField("fichier", max_length=160, editable=False)
    file = models.FileField("fichier CSV ou XLSX", upload_to=import_key, max_length=120)
    size = models.PositiveBigIntegerField("taille", default=0, editable=False)
    state = models.CharField("état", max_length=9, choices=State, default=State.CHECKING, editable=False)
    reason = models.CharField("motif", max_length=300, blank=True, default="", editable=False)
    report: "models.JSONField[dict[str, Any], dict[str, Any]]" = models.JSONField(
        "bilan", default=dict, editable=False
    )
    rejects = models.CharField(max_length=120, blank=True, default="", editable=False)  # a key of the storage
    created_at = models.DateTimeField("déposé le", default=timezone.now, editable=False)
    ended_at = models.DateTimeField("terminé le", null=True, editable=False)

    tenant_paths = {Kind.STAFF: BY_CABINET}
    objects = TenantQuerySet["DossierFile"].as_manager()

    class Meta:
        verbose_name = "fichier de dossiers"
        verbose_name_plural = "fichiers de dossiers"
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["done", "refused"]) | Q(ended_at__isnull=False), name="dossierfile_ended"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def entrusted_to(cls, part: Entrusted, prefix: str = "") -> Q:
        """A file is about the whole cabinet: for those who see all of it."""
        return Q(**{f"{prefix}pk__in": ()})

    @property
    def is_waiting(self) -> bool:
        return self.state in {self.State.CHECKING, self.State.IMPORTING}
