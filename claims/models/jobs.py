"""Work ordered by a business transaction and done afterwards: pictures to make small, archives, receipts."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import Cabinet, Establishment, User
from accounts.scope import BY_CABINET, BY_ESTABLISHMENT, Kind, TenantModel, TenantQuerySet
from claims.models.dossiers import Dossier


class Job(TenantModel):
    """One piece of work about one row; `claims/services/jobs.py` alone orders, claims and marks it.

    `attempts` is the fencing token: whoever marks must hold the number they claimed with. `failures` counts what went
    wrong, workers that died included.
    """

    class State(models.TextChoices):
        DUE = "due", "à faire"
        RUNNING = "running", "en cours"
        DONE = "done", "fait"
        FAILED = "failed", "échec"

    kind = models.CharField("travail", max_length=40)
    subject_type = models.CharField("type", max_length=40)
    subject_id = models.BigIntegerField("identifiant")
    dossier = models.ForeignKey(Dossier, models.PROTECT, null=True, related_name="+", verbose_name="dossier")
    cabinet = models.ForeignKey(Cabinet, models.PROTECT, null=True, related_name="+", verbose_name="cabinet")
    establishment = models.ForeignKey(
        Establishment, models.PROTECT, null=True, related_name="+", verbose_name="établissement"
    )
    user = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="demandé par")
    state = models.CharField("état", max_length=8, choices=State, default=State.DUE)
    due_at = models.DateTimeField("pas avant", default=timezone.now)
    lease_until = models.DateTimeField("réservé jusqu’à", null=True)
    attempts = models.PositiveIntegerField("essais", default=0)
    failures = models.PositiveIntegerField("échecs", default=0)
    progress = models.PositiveSmallIntegerField("avancement", default=0)  # per cent
    error = models.CharField("dernière erreur", max_length=80, blank=True, default="")  # a class, for operations
    reason = models.CharField("motif", max_length=200, blank=True, default="")  # a sentence, for people
    ordered_at = models.DateTimeField("demandé le", default=timezone.now)
    ended_at = models.DateTimeField("terminé le", null=True)

    tenant_paths = {Kind.REPAIRER: BY_ESTABLISHMENT, Kind.STAFF: BY_CABINET}
    objects = TenantQuerySet["Job"].as_manager()

    class Meta:
        verbose_name = "travail"
        verbose_name_plural = "travaux"
        constraints = [
            models.UniqueConstraint(fields=["kind", "subject_type", "subject_id"], name="job_once"),
            models.CheckConstraint(condition=Q(progress__lte=100), name="job_progress_per_cent"),
            models.CheckConstraint(
                condition=Q(state="running", lease_until__isnull=False) | ~Q(state="running") & Q(lease_until=None),
                name="job_running_has_a_lease",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["done", "failed"], ended_at__isnull=False)
                | Q(state__in=["due", "running"], ended_at=None),
                name="job_ended_has_a_date",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at", "id"], condition=Q(state__in=["due", "running"]), name="job_due"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_type} {self.subject_id}"

    @property
    def is_over(self) -> bool:
        return self.state in {self.State.DONE, self.State.FAILED}
