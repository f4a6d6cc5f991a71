"""The dates of a dossier: what shop and cabinet agree on, and the feeds that carry them to a calendar."""

import uuid
from datetime import date, datetime, time
from typing import NamedTuple

from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.utils import timezone

from accounts.models import Establishment, User
from accounts.scope import BY_USER, Kind, TenantModel, TenantQuerySet
from claims.models.dossiers import Dossier
from claims.models.ofdossier import OfDossier
from claims.workflow import LIVE_DATES, DateKind, DateStatus


class HalfDay(models.TextChoices):
    """Part of a day; the hours behind it are the cabinet's, see `VisitPolicy`."""

    DAY = "", "dans la journée"
    MORNING = "matin", "le matin"
    AFTERNOON = "apres_midi", "l’après-midi"


class Side(models.TextChoices):
    """Who spoke last."""

    SHOP = "shop", "le réparateur"
    CABINET = "cabinet", "le cabinet"


class Wish(NamedTuple):
    """A date as somebody asks for it: `ends_on` for repairs alone, `at` (Paris) only without a half-day."""

    starts_on: date
    ends_on: date | None = None
    half: str = HalfDay.DAY
    at: time | None = None


class AppointmentQuerySet(TenantQuerySet["Appointment"]):
    """The vocabulary of dates."""

    def current(self) -> "AppointmentQuerySet":
        """The last word on each kind; what a newer date has replaced stays behind it."""
        return self.filter(is_current=True)

    def live(self) -> "AppointmentQuerySet":
        """Proposed or validated: what an agenda shows."""
        return self.filter(status__in=LIVE_DATES)

    def to_validate(self) -> "AppointmentQuerySet":
        """Those the cabinet must answer."""
        return self.filter(status=DateStatus.PROPOSED)

    def between(self, first: date, last: date) -> "AppointmentQuerySet":
        """Those that touch these days, both included."""
        begun = Q(starts_on__lte=last)
        return self.filter(begun, Q(starts_on__gte=first) | Q(ends_on__gte=first))

    def for_agenda(self) -> "AppointmentQuerySet":
        return self.select_related("dossier", "cabinet", "establishment").order_by("starts_on", F("at").asc(), "pk")


class Appointment(OfDossier):
    """One date of a dossier, through all its proposals; moved only by `claims.services.appointments`.

    A newer proposal moves this row, and the event in people's calendars with it (`uid`, and `version` as the event's
    SEQUENCE). Only a date that was validated and has passed gives way to a new row.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    dossier = models.ForeignKey(
        Dossier, models.PROTECT, related_name="appointments", db_index=False, verbose_name="dossier"
    )
    kind = models.CharField("objet", max_length=14, choices=DateKind)
    status = models.CharField("état", max_length=9, choices=DateStatus)
    is_current = models.BooleanField("en cours", default=True, editable=False)
    starts_on = models.DateField("date")
    ends_on = models.DateField("jusqu’au", null=True, blank=True)
    half = models.CharField("moment", max_length=10, choices=HalfDay, blank=True, default=HalfDay.DAY)
    at = models.TimeField("heure", null=True, blank=True)
    reason = models.CharField("motif", max_length=300, blank=True, default="")
    version = models.PositiveIntegerField("version", default=0, editable=False)
    moved_by = models.CharField("dernier geste", max_length=7, choices=Side, editable=False)
    asker = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", editable=False)  # of the shop
    created_at = models.DateTimeField("créée le", default=timezone.now, editable=False)
    moved_at = models.DateTimeField("modifiée le", default=timezone.now, editable=False)

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        verbose_name = "date de dossier"
        verbose_name_plural = "dates des dossiers"
        constraints = [
            models.UniqueConstraint(
                fields=["dossier", "kind"], condition=Q(is_current=True), name="appointment_one_current"
            ),
            models.CheckConstraint(
                condition=Q(is_current=True) | Q(status=DateStatus.VALIDATED), name="appointment_past_was_kept"
            ),
            models.CheckConstraint(condition=Q(kind__in=DateKind.values), name="appointment_kind_known"),
            models.CheckConstraint(condition=Q(status__in=DateStatus.values), name="appointment_status_known"),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(kind=DateKind.REPAIR, ends_on__gte=F("starts_on")),
                name="appointment_ends_after_start",
            ),
            models.CheckConstraint(condition=Q(at=None) | Q(half=""), name="appointment_hour_or_half"),
            models.CheckConstraint(
                condition=~Q(status__in=[DateStatus.REFUSED, DateStatus.CANCELLED]) | ~Q(reason=""),
                name="appointment_no_has_a_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["dossier", "kind"], name="appointment_dossier"),
            models.Index(fields=["establishment", "starts_on"], name="appointment_est"),
            models.Index(fields=["cabinet", "starts_on"], name="appointment_cab"),
            models.Index(
                fields=["cabinet", "moved_at"], condition=Q(status="proposed"), name="appointment_to_validate"
            ),
        ]

    def __str__(self) -> str:
        return f"{DateKind(self.kind).label} {self.dossier.reference}"

    @property
    def token(self) -> str:
        """What a form carries, so that an act upon something that has moved meanwhile is recognised."""
        return f"{self.pk}-{self.version}"

    @property
    def wish(self) -> Wish:
        return Wish(self.starts_on, self.ends_on, self.half, self.at)

    @property
    def is_live(self) -> bool:
        return self.status in LIVE_DATES

    @property
    def is_past(self) -> bool:
        return (self.ends_on or self.starts_on) < timezone.localdate()

    @property
    def starts_at(self) -> datetime | None:
        """When it begins, for those with an hour."""
        return None if self.at is None else datetime.combine(self.starts_on, self.at, timezone.get_default_timezone())


NO_DATE = "0"  # the token of a kind nobody has spoken of yet


def announced_delivery() -> Subquery:
    """When the shop says the car leaves and the invoice comes (EG-07); None when no live date says so."""
    found = Appointment.objects.current().live().filter(dossier=OuterRef("pk"), kind=DateKind.DELIVERY)
    return Subquery(found.values("starts_on")[:1])


class AgendaFeed(TenantModel):
    """A person's private address of a calendar; of the secret in it only a fingerprint is kept.

    What it shows follows that person's rights each time it is fetched; `establishment` None: all of theirs.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="+", editable=False)
    establishment = models.ForeignKey(
        Establishment, models.CASCADE, null=True, blank=True, related_name="+", verbose_name="établissement"
    )
    nonce = models.UUIDField(default=uuid.uuid4, editable=False)  # the secret is made of it and of the secret key
    token_hash = models.CharField("empreinte du secret", max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField("créé le", default=timezone.now, editable=False)
    last_used_at = models.DateTimeField("lu le", null=True, editable=False)

    tenant_paths = {Kind.REPAIRER: BY_USER, Kind.STAFF: BY_USER, Kind.NETWORK: BY_USER}
    objects = TenantQuerySet["AgendaFeed"].as_manager()

    class Meta:
        verbose_name = "abonnement à l’agenda"
        verbose_name_plural = "abonnements à l’agenda"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "establishment"], nulls_distinct=False, name="feed_one_a_person_and_site"
            ),
        ]

    def __str__(self) -> str:
        return f"Agenda {self.pk}"
