"""Rates: the payers of the network, the grids a shop sent, who received them, and what somebody is still typing."""

import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any, Self, TypeVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone

from accounts.models import Cabinet, Establishment, User
from accounts.scope import (
    BY_CABINET,
    BY_ESTABLISHMENT,
    BY_USER,
    Actor,
    Entrusted,
    Kind,
    Owner,
    TenantModel,
    TenantQuerySet,
)
from tariffs.cells import LONGEST
from tariffs.columns import COLUMNS
from tariffs.rules import ALL_MAKES, Grid


class DefaultPayer(models.Model):
    """A row every new grid begins with (EG-72); the network's administrator keeps the list."""

    name = models.CharField("nom", max_length=LONGEST)
    key = models.CharField(max_length=LONGEST, unique=True, editable=False)
    position = models.PositiveSmallIntegerField("rang", default=100)
    is_active = models.BooleanField("proposé", default=True)

    class Meta:
        verbose_name = "payeur proposé"
        verbose_name_plural = "payeurs proposés"
        ordering = ("position", "name")

    def __str__(self) -> str:
        return self.name


M = TypeVar("M", bound=models.Model)
PRINTED_WITHIN = timedelta(minutes=10)


class LedgerQuerySet(TenantQuerySet[M]):
    """Rows that staff reach through what was transmitted to their cabinet."""

    def visible_to(self, actor: Actor) -> Self:
        """Once each: a shop's version was transmitted to several cabinets."""
        rows = super().visible_to(actor)
        return rows if actor.entrusted is None else rows.distinct()


class VersionQuerySet(LedgerQuerySet["TariffVersion"]):
    """The vocabulary of versions."""

    def newest_first(self) -> "VersionQuerySet":
        return self.order_by("-number")

    def of_site(self, site_id: int) -> "VersionQuerySet":
        return self.filter(site=site_id)

    def with_rows(self) -> "VersionQuerySet":
        return self.prefetch_related("rates")


class TariffVersion(TenantModel):
    """A grid as it was sent: numbered per establishment, never changed afterwards (a trigger refuses it)."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    site = models.ForeignKey(Establishment, models.PROTECT, related_name="tariffs", verbose_name="établissement")
    number = models.PositiveIntegerField("version")
    make = models.CharField("marque", max_length=LONGEST, blank=True)  # "" is all makes
    make_key = models.CharField(max_length=LONGEST, blank=True)
    applies_on = models.DateField("applicable le")
    sent_at = models.DateTimeField("envoyée le", db_default=Now())
    sender = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    sender_label = models.CharField("envoyée par", max_length=160, blank=True)
    token = models.UUIDField(unique=True, editable=False)  # of the form: the same click twice is one version

    tenant_paths = {
        Kind.REPAIRER: ("site", Owner.ESTABLISHMENT),
        Kind.STAFF: ("transmissions__cabinet", Owner.CABINET),
    }
    objects = VersionQuerySet.as_manager()

    class Meta:
        verbose_name = "grille tarifaire"
        verbose_name_plural = "grilles tarifaires"
        constraints = [
            models.UniqueConstraint(fields=["site", "number"], name="tariff_number_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="tariff_number_from_one"),
            models.CheckConstraint(
                condition=Q(make="", make_key="") | ~Q(make="") & ~Q(make_key=""), name="tariff_make_has_a_key"
            ),
        ]
        indexes = [models.Index(fields=["site", "make_key", "-applies_on", "-number"], name="tariff_in_force")]

    def __str__(self) -> str:
        return f"Version {self.number} – {self.make_label}"

    def get_absolute_url(self) -> str:
        return reverse("tariff", args=[self.public_id])

    @property
    def establishment_id(self) -> int:
        """What the journal copies."""
        return self.site_id

    @property
    def is_printed_late(self) -> bool:
        """Whether a worker should have made the PDF by now."""
        return self.sent_at < timezone.now() - PRINTED_WITHIN

    @property
    def make_label(self) -> str:
        return self.make or "toutes marques"

    def grid(self) -> Grid:
        """The version as the rule sees it, with its rows by payer; one query unless they were prefetched."""
        return Grid(self.number, self.make_key, self.applies_on, {rate.payer_key: rate for rate in self.rates.all()})


def _cell(label: str) -> "models.DecimalField[Any, Any]":
    return models.DecimalField(label, max_digits=6, decimal_places=2, null=True)


class TariffRate(TenantModel):
    """One payer's row of a version; an empty cell was not communicated, 0 is a value."""

    version = models.ForeignKey(TariffVersion, models.CASCADE, related_name="rates")
    site = models.ForeignKey(Establishment, models.PROTECT, related_name="+", db_index=False)
    position = models.PositiveSmallIntegerField("rang")
    payer = models.CharField("payeur", max_length=LONGEST)
    payer_key = models.CharField(max_length=LONGEST)
    t1 = _cell("T1")
    t2 = _cell("T2")
    t3 = _cell("T3")
    m1 = _cell("M1")
    m2 = _cell("M2")
    m3 = _cell("M3")
    peinture = _cell("taux peinture")
    opaque = _cell("opaque")
    vernis = _cell("vernis")
    nacre = _cell("nacré")
    remise_facture = _cell("remise facture")
    remise_mo = _cell("remise MO")
    remise_pieces = _cell("remise pièces")
    is_approved = models.BooleanField("agréé", default=False)

    tenant_paths = {
        Kind.REPAIRER: ("site", Owner.ESTABLISHMENT),
        Kind.STAFF: ("version__transmissions__cabinet", Owner.CABINET),
    }
    objects = LedgerQuerySet["TariffRate"].as_manager()

    class Meta:
        verbose_name = "tarif"
        ordering = ("position",)
        constraints = [
            models.UniqueConstraint(fields=["version", "payer_key"], name="tariff_payer_once"),
            models.CheckConstraint(condition=~Q(payer_key=""), name="tariff_payer_named"),
            *(
                models.CheckConstraint(
                    condition=Q(**{f"{column.slug}__range": (Decimal(0), column.highest)}),
                    name=f"tariff_{column.slug}_range",
                )
                for column in COLUMNS
            ),
        ]

    def __str__(self) -> str:
        return self.payer

    @property
    def values(self) -> list[Decimal | None]:
        """In the order of the columns."""
        return [getattr(self, column.slug) for column in COLUMNS]


class Transmission(TenantModel):
    """A version as one cabinet received it; a trigger also sends what is in force to a cabinet that comes later."""

    version = models.ForeignKey(TariffVersion, models.PROTECT, related_name="transmissions", verbose_name="grille")
    cabinet = models.ForeignKey(Cabinet, models.PROTECT, related_name="+", verbose_name="cabinet")
    establishment = models.ForeignKey(
        Establishment, models.PROTECT, related_name="+", db_index=False, verbose_name="établissement"
    )
    sent_at = models.DateTimeField("transmise le", default=timezone.now)
    resent_at = models.DateTimeField("renvoyée le", null=True)
    acknowledged_at = models.DateTimeField("reçue le", null=True)
    acknowledged_by = models.CharField("accusée par", max_length=160, blank=True)

    tenant_paths = {Kind.REPAIRER: BY_ESTABLISHMENT, Kind.STAFF: BY_CABINET}
    objects = TenantQuerySet["Transmission"].as_manager()

    class Meta:
        verbose_name = "grille reçue"
        verbose_name_plural = "grilles reçues"
        constraints = [
            models.UniqueConstraint(fields=["version", "cabinet"], name="transmission_once"),
        ]
        indexes = [
            models.Index(fields=["cabinet", "establishment"], name="transmission_shop"),
            models.Index(fields=["cabinet", "sent_at"], condition=Q(acknowledged_at=None), name="transmission_waits"),
        ]

    def __str__(self) -> str:
        return f"{self.version} – {self.establishment}"

    @classmethod
    def entrusted_to(cls, part: Entrusted, prefix: str = "") -> Q:
        """Rates are a shop's: staff see those of the establishments they look after."""
        return part.by_site(prefix)


class TariffDraft(TenantModel):
    """What somebody is typing, as typed, errors included: one per person, establishment and make."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    site = models.ForeignKey(Establishment, models.CASCADE, related_name="+")
    content = models.JSONField(default=dict)
    revision = models.PositiveIntegerField(default=1)
    saved_at = models.DateTimeField(default=timezone.now)

    tenant_paths = {Kind.REPAIRER: BY_USER}
    objects = TenantQuerySet["TariffDraft"].as_manager()

    class Meta:
        verbose_name = "grille en cours de saisie"
        constraints = [models.UniqueConstraint(fields=["user", "site"], name="tariff_draft_once")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.site_id}"


class TariffPdf(TenantModel):
    """The printed form of a version, made once by a worker."""

    version = models.OneToOneField(TariffVersion, models.CASCADE, related_name="pdf")
    site = models.ForeignKey(Establishment, models.PROTECT, related_name="+", db_index=False)
    file = models.FileField(upload_to="tarifs/", max_length=120)
    made_at = models.DateTimeField(default=timezone.now)

    tenant_paths = {
        Kind.REPAIRER: ("site", Owner.ESTABLISHMENT),
        Kind.STAFF: ("version__transmissions__cabinet", Owner.CABINET),
    }
    objects = LedgerQuerySet["TariffPdf"].as_manager()

    class Meta:
        verbose_name = "PDF d’une grille"

    def __str__(self) -> str:
        return str(self.version_id)


__all__ = ["ALL_MAKES", "DefaultPayer", "TariffDraft", "TariffPdf", "TariffRate", "TariffVersion", "Transmission"]
