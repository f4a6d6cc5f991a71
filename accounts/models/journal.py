"""Who did what, when: rows that are only ever added."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models.organisations import Cabinet, Establishment
from accounts.scope import BY_CABINET, BY_ESTABLISHMENT, Entrusted, Kind, TenantModel, TenantQuerySet


class JournalEntry(TenantModel):
    """One fact. The subject is named by label and id without a foreign key, so that the journal outlives it.

    The actor is a role and a company, never a private name; `user_id` serves the administrator who must know.
    """

    event = models.CharField("évènement", max_length=40)
    subject_type = models.CharField("type", max_length=40)
    subject_id = models.BigIntegerField("identifiant")
    subject_label = models.CharField("objet", max_length=160)
    actor_label = models.CharField("par", max_length=160)
    actor_role = models.CharField("rôle", max_length=20, blank=True)
    user_id = models.BigIntegerField("utilisateur", null=True, blank=True)
    # Copied so that the entry is scoped; the journal outlives them too, so the database keeps no reference.
    cabinet = models.ForeignKey(
        Cabinet,
        models.DO_NOTHING,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
        verbose_name="cabinet",
    )
    establishment = models.ForeignKey(
        Establishment,
        models.DO_NOTHING,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
        verbose_name="établissement",
    )
    dossier_id = models.BigIntegerField("dossier", null=True, blank=True)  # of what hangs on one, itself included
    at = models.DateTimeField("le", default=timezone.now)
    detail = models.JSONField("détail", default=dict, blank=True)

    tenant_paths = {Kind.REPAIRER: BY_ESTABLISHMENT, Kind.STAFF: BY_CABINET}
    objects = TenantQuerySet["JournalEntry"].as_manager()

    class Meta:
        verbose_name = "entrée du journal"
        verbose_name_plural = "journal"
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "at"], name="journal_subject"),
            models.Index(fields=["cabinet", "-at", "-id"], name="journal_cabinet"),
        ]

    def __str__(self) -> str:
        return f"{self.event} – {self.subject_label}"

    @classmethod
    def entrusted_to(cls, part: Entrusted, prefix: str = "") -> Q:
        """What is about no shop and no dossier is the whole cabinet's."""
        of_the_cabinet = Q(**{f"{prefix}establishment": None, f"{prefix}dossier_id": None})
        return part.by_site(prefix) | part.by_dossier(f"{prefix}dossier_id") | of_the_cabinet
