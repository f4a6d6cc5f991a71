"""Personal reminders on a dossier: when, whom, about what, where; one's own, or shared with one's colleagues."""

import uuid
from datetime import date, datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from accounts.scope import Actor, Kind, TenantQuerySet
from accounts.validators import validate_phone
from claims.models.appointments import Side
from claims.models.dossiers import Dossier
from claims.models.ofdossier import OfDossier

SIDES = {Kind.REPAIRER: Side.SHOP, Kind.STAFF: Side.CABINET}


class MemoQuerySet(TenantQuerySet["Memo"]):
    """The vocabulary of reminders."""

    def visible_to(self, actor: Actor) -> "MemoQuerySet":
        """One's own, and what colleagues of the same side share; nobody else's, not even the network's."""
        if actor.kind == Kind.SYSTEM:
            return self.all()
        if actor.kind not in SIDES:
            return self.none()
        rows = super().visible_to(actor)
        return rows.filter(Q(user=actor.user_id) | Q(is_shared=True, side=SIDES[actor.kind]))

    def to_do(self) -> "MemoQuerySet":
        return self.filter(done_at=None)

    def between(self, first: date, last: date) -> "MemoQuerySet":
        return self.filter(on__gte=first, on__lte=last)

    def in_order(self) -> "MemoQuerySet":
        return self.order_by("on", models.F("at").asc(nulls_first=True), "pk")


class Memo(OfDossier):
    """One reminder of one person about one dossier."""

    class Place(models.TextChoices):
        WORKSHOP = "atelier", "à l’atelier"
        OUTSIDE = "exterieur", "à l’extérieur"

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="+", db_index=False, verbose_name="dossier")
    user = models.ForeignKey(User, models.CASCADE, related_name="+", db_index=False, verbose_name="de")
    side = models.CharField("côté", max_length=7, choices=Side)
    on = models.DateField("jour")
    at = models.TimeField("heure", null=True, blank=True)
    subject = models.CharField("objet", max_length=120)
    who = models.CharField("qui", max_length=80, blank=True, default="")
    phone = models.CharField("téléphone", max_length=20, blank=True, default="", validators=[validate_phone])  # E.164
    place = models.CharField("lieu", max_length=10, choices=Place, default=Place.WORKSHOP)
    is_shared = models.BooleanField("visible de mes collègues", default=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField("créé le", default=timezone.now, editable=False)
    moved_at = models.DateTimeField("modifié le", default=timezone.now, editable=False)
    done_at = models.DateTimeField("fait le", null=True, editable=False)
    done_by = models.CharField("fait par", max_length=160, blank=True, default="", editable=False)

    objects = MemoQuerySet.as_manager()

    class Meta:
        verbose_name = "rappel personnel"
        verbose_name_plural = "rappels personnels"
        indexes = [
            models.Index(fields=["user", "on"], condition=Q(done_at=None), name="memo_user"),
            models.Index(fields=["establishment", "on"], condition=Q(done_at=None, is_shared=True), name="memo_site"),
            models.Index(fields=["cabinet", "on"], condition=Q(done_at=None, is_shared=True), name="memo_cabinet"),
            models.Index(fields=["dossier"], name="memo_dossier"),
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def starts_at(self) -> datetime | None:
        """When it rings, for those with an hour."""
        return None if self.at is None else datetime.combine(self.on, self.at, timezone.get_default_timezone())

    @property
    def is_late(self) -> bool:
        return self.done_at is None and self.on < timezone.localdate()
