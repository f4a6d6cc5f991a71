"""How a person wants to be told of what, and the letters that gather what is not told at once."""

from typing import Any

from django.db import models
from django.utils import timezone

from accounts.models import User
from accounts.scope import BY_USER, Kind, TenantModel, TenantQuerySet


class Channel(models.TextChoices):
    """How something is told; the portal itself keeps everything anyway."""

    PORTAL = "portail", "Portail seul"
    MAIL = "mail", "E-mail aussitôt"
    DIGEST = "resume", "Résumé du matin"


class ChannelChoice(TenantModel):
    """What a person chose for one kind of fact, for all their dossiers; without a row the kind's default holds."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+", db_index=False, verbose_name="personne")
    topic = models.CharField("sujet", max_length=24)  # of `messaging.topics.Topic`; one of another release is ignored
    channel = models.CharField("par", max_length=8, choices=Channel)
    chosen_at = models.DateTimeField("choisi le", default=timezone.now)

    tenant_paths = {Kind.REPAIRER: BY_USER, Kind.STAFF: BY_USER, Kind.PENDING: BY_USER}
    objects = TenantQuerySet["ChannelChoice"].as_manager()

    class Meta:
        verbose_name = "préférence de notification"
        verbose_name_plural = "préférences de notification"
        constraints = [models.UniqueConstraint(fields=["user", "topic"], name="channel_once_a_topic")]
        indexes = [models.Index(fields=["topic", "user"], name="channel_of_topic")]

    def __str__(self) -> str:
        return f"{self.topic} : {self.get_channel_display()}"


class Digest(TenantModel):
    """One letter of a day to one person. Its lines are the notifications that lead to it; no text is kept."""

    class Moment(models.TextChoices):
        MORNING = "matin", "résumé du matin"
        EVENING = "soir", "ce qui reste"

    user = models.ForeignKey(User, models.CASCADE, related_name="+", db_index=False, verbose_name="personne")
    day = models.DateField("jour")
    moment = models.CharField("moment", max_length=5, choices=Moment)
    created_at = models.DateTimeField("écrit le", default=timezone.now)

    lines_told: list[Any]  # both are found as it leaves
    waiting: list[Any]

    tenant_paths = {Kind.REPAIRER: BY_USER, Kind.STAFF: BY_USER}
    objects = TenantQuerySet["Digest"].as_manager()

    class Meta:
        verbose_name = "résumé"
        verbose_name_plural = "résumés"
        constraints = [models.UniqueConstraint(fields=["user", "day", "moment"], name="digest_once")]

    def __str__(self) -> str:
        return f"{self.get_moment_display()} du {self.day:%d/%m/%Y}"
