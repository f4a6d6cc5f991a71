"""« Jours de passage »: when an expert comes by a shop, and on what terms a visit may be asked for."""

from collections.abc import Iterable, Iterator
from datetime import date, time, timedelta
from typing import NamedTuple

from django.db import models
from django.db.models import F, OuterRef, Q
from django.db.models.functions import Coalesce

from accounts.models import Cabinet, CabinetMember, Establishment
from accounts.scope import BY_CABINET, Actor, Kind, TenantModel, TenantQuerySet
from claims.calendar import is_holiday, is_open_day
from claims.models.appointments import HalfDay
from claims.models.dossiers import Dossier

HORIZON = timedelta(days=60)
SUNDAY = 6


class Weekday(models.IntegerChoices):
    MONDAY = 0, "lundi"
    TUESDAY = 1, "mardi"
    WEDNESDAY = 2, "mercredi"
    THURSDAY = 3, "jeudi"
    FRIDAY = 4, "vendredi"
    SATURDAY = 5, "samedi"


class OfPartners(TenantQuerySet["Passage"]):
    """A shop sees what its cabinets say to everybody or to that shop, never what they say to another one."""

    def visible_to(self, actor: Actor) -> "OfPartners":
        rows = super().visible_to(actor)
        if actor.kind == Kind.REPAIRER:
            rows = rows.filter(Q(establishment=None) | Q(establishment__in=actor.establishment_ids))
        return rows

    def for_dossier(self, dossier: Dossier) -> "OfPartners":
        """The rules of the dossier's expert and of the whole cabinet; without an expert, of all of them."""
        rows = self.filter(cabinet=dossier.cabinet_id)
        if dossier.expert_id is not None:
            rows = rows.filter(Q(expert=None) | Q(expert=dossier.expert_id))
        return rows.filter(Q(establishment=None) | Q(establishment=dossier.establishment_id)).order_by("pk")

    def of_dossiers(self) -> "OfPartners":
        """The same, for the outer dossier of a subquery."""
        expert = Q(expert=None) | Q(expert=Coalesce(OuterRef("expert"), F("expert")))
        here = Q(establishment=None) | Q(establishment=OuterRef("establishment"))
        return self.filter(expert, here, cabinet=OuterRef("cabinet")).order_by("pk")


class Passage(TenantModel):
    """One rule: every week on this day, once more on that one, or not at all between two dates.

    Without an establishment or postal codes it holds for every shop of the cabinet.
    """

    class Mode(models.TextChoices):
        WEEKLY = "semaine", "chaque semaine"
        EXTRA = "ajout", "passage en plus"
        ABSENCE = "absence", "absence"

    cabinet = models.ForeignKey(Cabinet, models.PROTECT, related_name="+", verbose_name="cabinet")
    expert = models.ForeignKey(
        CabinetMember,
        models.CASCADE,
        related_name="+",
        null=True,
        blank=True,
        verbose_name="expert",
        help_text="Vide : tous les experts du cabinet.",
    )
    mode = models.CharField("règle", max_length=8, choices=Mode, default=Mode.WEEKLY)
    weekday = models.PositiveSmallIntegerField(
        "jour", choices=Weekday, null=True, blank=True, help_text="Pour un passage de chaque semaine."
    )
    half = models.CharField("moment", max_length=10, choices=HalfDay, blank=True, default=HalfDay.DAY)
    from_on = models.DateField("à partir du")
    to_on = models.DateField("jusqu’au", null=True, blank=True, help_text="Ce jour compris. Vide : sans fin.")
    establishment = models.ForeignKey(
        Establishment, models.PROTECT, related_name="+", null=True, blank=True, verbose_name="établissement"
    )
    postal_codes = models.CharField(
        "codes postaux",
        max_length=200,
        blank=True,
        help_text="Codes ou débuts de codes, séparés par des virgules : 74, 73100. Vide : partout.",
    )
    on_holidays = models.BooleanField(
        "jours fériés compris",
        default=False,
        db_default=False,
        help_text="Sans cela, un passage qui tombe un jour férié n’est pas proposé ce jour-là.",
    )
    sector = models.CharField("secteur", max_length=60, blank=True, help_text="Lu par le réparateur : Annecy nord.")
    capacity = models.PositiveSmallIntegerField(
        "visites au plus", null=True, blank=True, help_text="Par passage. Vide : sans limite."
    )

    tenant_paths = {Kind.REPAIRER: BY_CABINET, Kind.STAFF: BY_CABINET}
    objects = OfPartners.as_manager()

    class Meta:
        verbose_name = "jour de passage"
        verbose_name_plural = "jours de passage"
        constraints = [
            models.CheckConstraint(
                condition=Q(mode="semaine", weekday__isnull=False) | ~Q(mode="semaine"),
                name="passage_weekly_has_a_day",
                violation_error_message="Choisissez le jour de la semaine.",
            ),
            models.CheckConstraint(
                condition=Q(to_on=None) | Q(to_on__gte=F("from_on")),
                name="passage_ends_after_start",
                violation_error_message="La fin ne peut pas précéder le début.",
            ),
        ]
        indexes = [models.Index(fields=["cabinet", "expert"], name="passage_cabinet")]

    def __str__(self) -> str:
        if self.mode == self.Mode.WEEKLY and self.weekday is not None:
            return f"{Weekday(self.weekday).label} {HalfDay(self.half).label}"
        return f"{self.get_mode_display()} {self.from_on:%d/%m/%Y}"

    def serves(self, establishment_id: int | None, postal_code: str) -> bool:
        """Whether it holds for this shop."""
        if self.establishment_id is not None:
            return self.establishment_id == establishment_id
        prefixes = [part.strip() for part in self.postal_codes.split(",") if part.strip()]
        return not prefixes or any(postal_code.startswith(prefix) for prefix in prefixes)

    def falls_on(self, day: date) -> bool:
        end = self.from_on if self.mode == self.Mode.EXTRA and self.to_on is None else self.to_on
        inside = self.from_on <= day and (end is None or day <= end)
        return inside and (self.mode != self.Mode.WEEKLY or day.weekday() == self.weekday)


class Slot(NamedTuple):
    """One passage to come."""

    day: date
    half: str
    sector: str
    capacity: int | None

    @property
    def value(self) -> str:
        """How a form names it: 2026-12-03 or 2026-12-03_matin."""
        return f"{self.day.isoformat()}_{self.half}" if self.half else self.day.isoformat()


def upcoming(rules: Iterable[Passage], dossier: Dossier, after: date, at_most: int = 8) -> list[Slot]:
    """The next passages at the dossier's shop, after that day, within two months; on a public holiday those alone
    that say so."""
    shop = dossier.establishment
    postal_code = shop.postal_code if shop else ""
    serving = [rule for rule in rules if rule.serves(dossier.establishment_id, postal_code)]
    found: list[Slot] = []
    day = after
    while len(found) < at_most and day < after + HORIZON:
        day += timedelta(days=1)
        found += _on(day, held_on(day, serving, postal_code))
    return found[:at_most]


def held_on(day: date, rules: Iterable[Passage], postal_code: str) -> list[Passage]:
    """The rules that hold on such a day: all of them, on a public holiday those that say so, on a Sunday none."""
    if is_open_day(day, postal_code):
        return list(rules)
    if not is_holiday(day, postal_code) or day.weekday() == SUNDAY:
        return []
    return [rule for rule in rules if rule.on_holidays or rule.mode == Passage.Mode.ABSENCE]


def closed_days(rules: Iterable[Passage], dossier: Dossier, after: date, before: date) -> list[date]:
    """The public holidays between two days on which a passage would have been: whoever chooses sees why none is."""
    shop = dossier.establishment
    postal_code = shop.postal_code if shop else ""
    serving = [rule for rule in rules if rule.serves(dossier.establishment_id, postal_code)]
    days = (after + timedelta(days=n) for n in range(1, (before - after).days))
    holidays = (day for day in days if day.weekday() != SUNDAY and is_holiday(day, postal_code))
    return [
        day for day in holidays if any(_on(day, serving)) and not any(_on(day, held_on(day, serving, postal_code)))
    ]


def _on(day: date, rules: list[Passage]) -> Iterator[Slot]:
    """The passages of a day, each half once, what an absence leaves of them."""
    due = [rule for rule in rules if rule.falls_on(day)]
    away = {rule.half for rule in due if rule.mode == Passage.Mode.ABSENCE}
    seen: set[str] = set()
    for rule in sorted(due, key=lambda rule: (rule.half != HalfDay.MORNING, rule.half, rule.pk or 0)):
        half = _left(rule.half, away)
        if rule.mode != Passage.Mode.ABSENCE and half is not None and half not in seen:
            seen.add(half)
            yield Slot(day, half, rule.sector, rule.capacity)


def _left(half: str, away: set[str]) -> str | None:
    """What an absence leaves of a passage; None: nothing."""
    if HalfDay.DAY in away or half in away or {HalfDay.MORNING, HalfDay.AFTERNOON} <= away:
        return None
    if half == HalfDay.DAY and HalfDay.MORNING in away:
        return HalfDay.AFTERNOON
    return HalfDay.MORNING if half == HalfDay.DAY and HalfDay.AFTERNOON in away else half


class VisitPolicy(TenantModel):
    """How a cabinet takes requests for a visit; a cabinet without one has these defaults."""

    cabinet = models.OneToOneField(Cabinet, models.CASCADE, related_name="+", verbose_name="cabinet")
    other_dates = models.BooleanField(
        "autres dates acceptées",
        default=True,
        help_text="Le réparateur peut proposer un jour où l’expert ne passe pas.",
    )
    morning_from = models.TimeField("matin, de", default=time(8))
    morning_to = models.TimeField("à", default=time(12))
    afternoon_from = models.TimeField("après-midi, de", default=time(14))
    afternoon_to = models.TimeField("à", default=time(18))

    tenant_paths = {Kind.REPAIRER: BY_CABINET, Kind.STAFF: BY_CABINET}
    objects = TenantQuerySet["VisitPolicy"].as_manager()

    class Meta:
        verbose_name = "règles de visite"
        verbose_name_plural = "règles de visite"
        constraints = [
            models.CheckConstraint(
                condition=Q(morning_from__lt=F("morning_to"), afternoon_from__lt=F("afternoon_to")),
                name="visit_policy_hours",
                violation_error_message="Une demi-journée finit après avoir commencé.",
            ),
        ]

    def __str__(self) -> str:
        return f"Règles de visite {self.cabinet}"

    def hours(self, half: str) -> tuple[time, time] | None:
        """From when to when; None for a day without a half."""
        return {
            HalfDay.MORNING.value: (self.morning_from, self.morning_to),
            HalfDay.AFTERNOON.value: (self.afternoon_from, self.afternoon_to),
        }.get(half)
