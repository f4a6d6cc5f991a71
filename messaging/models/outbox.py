"""The outbox: what is to be told to whom, written in the transaction of what it tells."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import Cabinet, Establishment, User
from accounts.scope import (
    BY_CABINET,
    Entrusted,
    Kind,
    Owner,
    TenantModel,
    TenantQuerySet,
)
from messaging.models.choices import Digest


class Notification(TenantModel):
    """One message to one person. No text is kept: it is written from its template when it is sent.

    `key` (event, object, version, recipient, channel) is unique, so that telling twice is telling once; the Message-ID
    of a mail follows from it, so that a mail sent twice after a crash is recognised as one.
    """

    class State(models.TextChoices):
        QUEUED = "queued", "à envoyer"
        HELD = "held", "attend le résumé"
        SENT = "sent", "envoyé"
        SKIPPED = "skipped", "devenu inutile"
        FAILED = "failed", "échec"

    key = models.CharField("clé", max_length=160, unique=True)
    event = models.CharField("évènement", max_length=40)
    subject_type = models.CharField("type", max_length=40)
    subject_id = models.BigIntegerField("identifiant")
    parameters = models.JSONField("paramètres", default=dict, blank=True)
    recipient = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="destinataire")
    cabinet = models.ForeignKey(
        Cabinet, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="cabinet"
    )
    establishment = models.ForeignKey(
        Establishment, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="établissement"
    )
    state = models.CharField("état", max_length=8, choices=State, default=State.QUEUED)
    reason = models.CharField("motif", max_length=200, blank=True, default="")
    attempts = models.PositiveIntegerField("essais", default=0)  # also the fencing token of senders
    not_before = models.DateTimeField("pas avant", default=timezone.now)
    leased_until = models.DateTimeField("réservé jusqu’à", null=True, blank=True)
    created_at = models.DateTimeField("créé le", default=timezone.now)
    sent_at = models.DateTimeField("envoyé le", null=True, blank=True)
    digest = models.ForeignKey(Digest, models.SET_NULL, null=True, blank=True, related_name="lines", editable=False)

    tenant_paths = {
        Kind.STAFF: BY_CABINET,
        Kind.REPAIRER: ("recipient", Owner.USER),
        Kind.PENDING: ("recipient", Owner.USER),
    }
    objects = TenantQuerySet["Notification"].as_manager()

    class Meta:
        verbose_name = "notification"
        constraints = [
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False) | ~Q(state="sent") & Q(sent_at=None),
                name="notification_sent_has_a_date",
            ),
        ]
        indexes = [
            models.Index(fields=["not_before", "id"], condition=Q(state="queued"), name="notification_due"),
            models.Index(
                fields=["recipient", "subject_type", "subject_id", "id"],
                condition=Q(state="queued"),
                name="notification_order",
            ),
            models.Index(fields=["recipient", "id"], condition=Q(state="held"), name="notification_held"),
        ]

    @classmethod
    def entrusted_to(cls, part: Entrusted, prefix: str = "") -> Q:
        """By its shop, by the dossier it is about; what is about accounts and no shop is the whole cabinet's."""
        about = Q(**{f"{prefix}subject_type": "claims.dossier"}) & part.by_dossier(f"{prefix}subject_id")
        of_nothing = Q(**{f"{prefix}establishment": None, f"{prefix}subject_type__startswith": "accounts."})
        return part.by_site(prefix) | about | of_nothing

    def __str__(self) -> str:
        return self.key
