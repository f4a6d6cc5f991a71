"""« Complément »: what a shop finds once it has begun, and what the expert says of it."""

from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.scope import TenantQuerySet
from claims.models.deposits import Deposit
from claims.models.documents import Document
from claims.models.dossiers import Dossier
from claims.models.ofdossier import OfDossier

ZERO = Decimal(0)


class SupplementQuerySet(TenantQuerySet["Supplement"]):
    """The vocabulary of compléments."""

    def pending(self) -> "SupplementQuerySet":
        return self.filter(status=Supplement.Status.PENDING)

    def unread(self) -> "SupplementQuerySet":
        """Decided, and nobody of the shop has looked yet."""
        return self.exclude(status=Supplement.Status.PENDING).filter(read_at=None)


class Supplement(OfDossier):
    """One request, numbered within its dossier; a comment, photos (those of `deposit`), or both. Decided once."""

    class Status(models.TextChoices):
        PENDING = "pending", "en attente de l’expert"
        ACCEPTED = "accepted", "accepté"
        PARTIAL = "partial", "accepté en partie"
        REFUSED = "refused", "refusé"

    dossier = models.ForeignKey(
        Dossier, models.PROTECT, related_name="supplements", db_index=False, verbose_name="dossier"
    )
    number = models.PositiveSmallIntegerField("n°", editable=False)
    comment = models.TextField("commentaire", max_length=4000, blank=True, default="")
    amount_asked = models.DecimalField(
        "montant demandé HT",
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(ZERO)],
    )
    deposit = models.OneToOneField(
        Deposit, models.PROTECT, null=True, related_name="supplement", editable=False, verbose_name="envoi"
    )
    author = models.ForeignKey(User, models.PROTECT, related_name="+", editable=False)
    sender_label = models.CharField("demandé par", max_length=160, editable=False)
    key = models.CharField(max_length=64, editable=False)  # one sending, however often its button was pressed
    asked_at = models.DateTimeField("demandé le", default=timezone.now, editable=False)
    status = models.CharField("décision", max_length=8, choices=Status, default=Status.PENDING, editable=False)
    amount_accepted = models.DecimalField(
        "montant accepté HT", max_digits=12, decimal_places=2, null=True, editable=False
    )
    reason = models.TextField("motif", max_length=1000, blank=True, default="", editable=False)
    decided_at = models.DateTimeField("décidé le", null=True, editable=False)
    decided_by = models.CharField("décidé par", max_length=160, blank=True, default="", editable=False)
    read_at = models.DateTimeField("réponse lue le", null=True, editable=False)
    pdf = models.ForeignKey(Document, models.PROTECT, null=True, related_name="+", editable=False)

    objects = SupplementQuerySet.as_manager()

    class Meta:
        verbose_name = "complément"
        verbose_name_plural = "compléments"
        constraints = [
            models.UniqueConstraint(fields=["dossier", "number"], name="supplement_number_once"),
            models.UniqueConstraint(fields=["author", "key"], name="supplement_sent_once"),
            models.CheckConstraint(
                condition=~Q(comment="") | Q(deposit__isnull=False), name="supplement_says_something"
            ),
            models.CheckConstraint(
                condition=Q(status="pending", decided_at=None) | ~Q(status="pending") & Q(decided_at__isnull=False),
                name="supplement_decided_has_a_date",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["partial", "refused"]) | ~Q(reason=""), name="supplement_less_says_why"
            ),
            models.CheckConstraint(
                condition=~Q(status="refused") | Q(amount_accepted=None), name="supplement_refused_no_amount"
            ),
        ]
        indexes = [
            models.Index(fields=["cabinet", "asked_at"], condition=Q(status="pending"), name="supplement_to_decide"),
        ]

    def __str__(self) -> str:
        return f"Complément n° {self.number}"

    def get_absolute_url(self) -> str:
        return reverse("dossier_supplement", args=[self.dossier.cabinet.code, self.dossier.reference])

    @property
    def is_pending(self) -> bool:
        return self.status == self.Status.PENDING
