"""What is known of a dossier beside its state: dated facts, each with who may say it."""

from datetime import date

from django.db import models
from django.db.models import F, Q

from accounts.scope import TenantQuerySet
from claims.models.appointments import Side
from claims.models.dossiers import Dossier
from claims.models.ofdossier import OfDossier


class DossierFacts(OfDossier):
    """One row a dossier at most, made when the first fact is known; a dossier without one knows none of them."""

    class Cover(models.TextChoices):
        UNKNOWN = "", "pas encore vérifiée"
        YES = "oui", "acquise"
        NO = "non", "non acquise"

    dossier = models.OneToOneField(Dossier, models.CASCADE, related_name="facts", verbose_name="dossier")
    # The cabinet's
    cover = models.CharField("garantie", max_length=3, choices=Cover, blank=True, default="")
    accident_report_on = models.DateField("constat amiable reçu le", null=True, blank=True)
    coverage_until = models.DateField("prise en charge valable jusqu’au", null=True, blank=True)
    reminders_suspended_until = models.DateField("relances suspendues jusqu’au", null=True, blank=True)
    suspension_reason = models.CharField("motif de la suspension", max_length=200, blank=True, default="")
    # The shop's
    loan_from = models.DateField("véhicule de prêt du", null=True, blank=True)
    loan_to = models.DateField("au", null=True, blank=True)
    # What happened
    remote_sent_at = models.DateTimeField("dossier d’expertise à distance envoyé le", null=True, editable=False)
    unseen_reason = models.CharField("véhicule non vu : motif", max_length=300, blank=True, default="", editable=False)
    unseen_by = models.CharField("signalé par", max_length=7, choices=Side, blank=True, default="", editable=False)
    uncollected_reason = models.CharField(
        "véhicule non enlevé : motif", max_length=300, blank=True, default="", editable=False
    )
    uncollected_told_on = models.DateField("véhicule non enlevé, signalé le", null=True, editable=False)
    during_works_on = models.DateField("examen pendant travaux fait le", null=True, editable=False)
    after_works_on = models.DateField("examen après travaux fait le", null=True, editable=False)
    # Whoever reads it first
    inspection_until = models.DateField("contrôle technique valable jusqu’au", null=True, blank=True)

    objects = TenantQuerySet["DossierFacts"].as_manager()

    class Meta:
        verbose_name = "faits du dossier"
        verbose_name_plural = "faits des dossiers"
        constraints = [
            models.CheckConstraint(
                condition=Q(loan_to=None) | Q(loan_from__isnull=False, loan_to__gte=F("loan_from")),
                name="facts_loan_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(reminders_suspended_until=None, suspension_reason="")
                | Q(reminders_suspended_until__isnull=False) & ~Q(suspension_reason=""),
                name="facts_suspended_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"Faits de {self.dossier_id}"

    def reminders_rest(self, today: date) -> bool:
        """Whether reminders are suspended that day, the last one included."""
        return self.reminders_suspended_until is not None and today <= self.reminders_suspended_until
