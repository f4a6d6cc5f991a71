"""What waits for somebody who answers for the company before it leaves."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models.organisations import Cabinet, Establishment, Organisation
from accounts.models.people import User
from accounts.scope import BY_ESTABLISHMENT, Kind, TenantModel, TenantQuerySet


class Draft(TenantModel):
    """An act somebody may not do alone: `payload` is what its handler needs to do it, once it is approved."""

    class State(models.TextChoices):
        PENDING = "pending", "à valider"
        APPROVED = "approved", "validé"
        AMENDED = "amended", "amendé et envoyé"
        REFUSED = "refused", "refusé"

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="organisation")
    establishment = models.ForeignKey(Establishment, models.PROTECT, related_name="+", verbose_name="établissement")
    cabinet = models.ForeignKey(
        Cabinet, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="cabinet"
    )
    author = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="auteur")
    action = models.CharField("action", max_length=40)
    summary = models.CharField("résumé", max_length=200)
    payload = models.JSONField("contenu", default=dict)
    state = models.CharField("état", max_length=8, choices=State, default=State.PENDING)
    submitted_at = models.DateTimeField("soumis le", default=timezone.now, editable=False)
    decided_at = models.DateTimeField("décidé le", null=True, blank=True, editable=False)
    decided_by = models.CharField("décidé par", max_length=160, blank=True, editable=False)
    reason = models.TextField("motif", blank=True, max_length=500)

    tenant_paths = {Kind.REPAIRER: BY_ESTABLISHMENT}
    objects = TenantQuerySet["Draft"].as_manager()

    class Meta:
        verbose_name = "brouillon à valider"
        verbose_name_plural = "brouillons à valider"
        constraints = [
            models.CheckConstraint(
                condition=Q(state="pending", decided_at=None) | ~Q(state="pending") & Q(decided_at__isnull=False),
                name="draft_decided_has_a_date",
            ),
        ]

    def __str__(self) -> str:
        return self.summary
