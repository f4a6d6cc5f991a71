"""« Être rappelé »: somebody of a shop leaves a number, somebody of the cabinet calls, once."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import Cabinet, CabinetMember, Establishment, User
from accounts.scope import BY_CABINET, BY_ESTABLISHMENT, Actor, Kind, TenantModel, TenantQuerySet
from accounts.validators import validate_phone
from claims.models.contacts import Topic
from claims.models.dossiers import Dossier

EXPERT_TOPICS = frozenset({Topic.EXPERTISE, Topic.REMOTE, Topic.SUPPLEMENT, Topic.VE})


class CallBackQuerySet(TenantQuerySet["CallBack"]):
    """The vocabulary of call-backs."""

    def visible_to(self, actor: Actor) -> "CallBackQuerySet":
        """Of a shop, one's own: a colleague has no business with the number somebody left."""
        rows = super().visible_to(actor)
        return rows.filter(user=actor.user_id) if actor.kind == Kind.REPAIRER else rows

    def open(self) -> "CallBackQuerySet":
        return self.filter(state=CallBack.State.OPEN)

    def late(self) -> "CallBackQuerySet":
        return self.open().filter(due_at__lt=timezone.now())


class CallBack(TenantModel):
    """One request; its number goes with the call. Without a dossier it is about the shop's work with the cabinet."""

    class State(models.TextChoices):
        OPEN = "open", "à rappeler"
        DONE = "done", "rappelé"
        WITHDRAWN = "withdrawn", "annulé par le réparateur"

    class Slot(models.TextChoices):
        SOON = "", "dès que possible"
        MORNING = "matin", "le matin, avant midi"
        AFTERNOON = "apres_midi", "l’après-midi, avant 18 h"

    class Outcome(models.TextChoices):
        REACHED = "joint", "joint"
        MESSAGE = "message", "message laissé"
        NO_ANSWER = "sans_reponse", "pas de réponse"  # tried, and still to be called

    cabinet = models.ForeignKey(Cabinet, models.PROTECT, related_name="+", db_index=False, verbose_name="cabinet")
    establishment = models.ForeignKey(
        Establishment, models.PROTECT, related_name="+", null=True, verbose_name="établissement"
    )
    dossier = models.ForeignKey(
        Dossier, models.CASCADE, related_name="+", null=True, blank=True, verbose_name="dossier"
    )
    user = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name="demandé par")
    name = models.CharField("qui rappeler", max_length=80)
    phone = models.CharField("numéro", max_length=20, blank=True, validators=[validate_phone])  # E.164
    topic = models.CharField("sujet", max_length=16, choices=Topic, default=Topic.GENERAL)
    note = models.CharField("précision", max_length=300, blank=True, default="")
    wanted_on = models.DateField("jour")
    slot = models.CharField("moment", max_length=10, choices=Slot, blank=True, default=Slot.SOON)
    due_at = models.DateTimeField("à rappeler avant")
    assignee = models.ForeignKey(
        CabinetMember, models.SET_NULL, related_name="+", null=True, blank=True, verbose_name="confié à"
    )
    state = models.CharField("état", max_length=9, choices=State, default=State.OPEN)
    asked_at = models.DateTimeField("demandé le", default=timezone.now)
    tries = models.PositiveSmallIntegerField("essais", default=0)
    tried_at = models.DateTimeField("dernier essai", null=True)
    closed_at = models.DateTimeField("clos le", null=True)
    closed_by = models.CharField("clos par", max_length=160, blank=True, default="")
    outcome = models.CharField("issue", max_length=12, choices=Outcome, blank=True, default="")
    answer = models.CharField("ce qui a été dit", max_length=300, blank=True, default="")

    tenant_paths = {Kind.REPAIRER: BY_ESTABLISHMENT, Kind.STAFF: BY_CABINET}
    objects = CallBackQuerySet.as_manager()

    class Meta:
        verbose_name = "demande de rappel"
        verbose_name_plural = "demandes de rappel"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "cabinet", "dossier"],
                condition=Q(state="open"),
                nulls_distinct=False,
                name="callback_asked_once",
            ),
            models.CheckConstraint(
                condition=Q(state="open", closed_at=None) & ~Q(phone="")
                | ~Q(state="open") & Q(closed_at__isnull=False, phone=""),
                name="callback_keeps_no_number",
            ),
        ]
        indexes = [
            models.Index(fields=["cabinet", "due_at"], condition=Q(state="open"), name="callback_to_do"),
            models.Index("user", F("id").desc(), name="callback_user"),
        ]

    def __str__(self) -> str:
        return f"Rappel {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN

    @property
    def is_late(self) -> bool:
        return self.is_open and self.due_at < timezone.now()

    @property
    def role(self) -> str:
        """Who calls: an expert about the expertise, a gestionnaire about the rest (BCA-40)."""
        return CabinetMember.Role.EXPERT if self.topic in EXPERT_TOPICS else CabinetMember.Role.CLERK
