"""Letters that remind: one a person and a day, whatever the number of dossiers."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from accounts.models import User
from accounts.scope import BY_USER, Kind, TenantModel, TenantQuerySet


class ReminderLetter(TenantModel):
    """What a person was reminded of on a day: `expectations` are keys, looked at again when the letter leaves."""

    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="personne")
    sent_on = models.DateField("jour")
    expectations = ArrayField(models.BigIntegerField(), verbose_name="attentes")

    tenant_paths = {Kind.REPAIRER: BY_USER}
    objects = TenantQuerySet["ReminderLetter"].as_manager()

    class Meta:
        verbose_name = "lettre de relance"
        verbose_name_plural = "lettres de relance"
        constraints = [models.UniqueConstraint(fields=["sent_on", "user"], name="reminder_letter_once_a_day")]

    def __str__(self) -> str:
        return f"Relance du {self.sent_on:%d/%m/%Y}"
