"""What a person asked to change about their own account, until a link confirms it."""

from django.db import models
from django.utils import timezone

from accounts.models.people import User
from accounts.scope import BY_USER, Kind, TenantModel, TenantQuerySet


class EmailChange(TenantModel):
    """A new login address; it counts once the link sent to it was opened, and the former one is told."""

    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="utilisateur")
    email = models.EmailField("nouvelle adresse")
    former = models.EmailField("adresse d’avant")
    asked_at = models.DateTimeField("demandé le", default=timezone.now, editable=False)
    confirmed_at = models.DateTimeField("confirmé le", null=True, blank=True, editable=False)

    tenant_paths = dict.fromkeys((Kind.PENDING, Kind.REPAIRER, Kind.STAFF), BY_USER)
    objects = TenantQuerySet["EmailChange"].as_manager()

    class Meta:
        verbose_name = "changement d’adresse"
        verbose_name_plural = "changements d’adresse"
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=models.Q(confirmed_at=None), name="email_change_one_pending"
            ),
        ]

    def __str__(self) -> str:
        return "Changement d’adresse"
