"""A shop asks a cabinet for a dossier it does not see."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import Cabinet, Establishment, User
from accounts.scope import BY_CABINET, BY_ESTABLISHMENT, Entrusted, Kind, TenantModel, TenantQuerySet


class MissingDossierRequest(TenantModel):
    """One question to one cabinet. What the cabinet may read of the diagnosis is about its own dossiers only."""

    class State(models.TextChoices):
        OPEN = "open", "ouverte"
        ANSWERED = "answered", "traitée"

    class Finding(models.TextChoices):
        """What the portal found when the shop asked; `VISIBLE` opens no request and is never stored."""

        VISIBLE = "visible", "visible du réparateur"
        SIBLING = "sibling", "sous un autre établissement du même SIREN"
        CLOSED = "closed", "fermé au réparateur"
        NOTHING = "nothing", "non trouvé"

    cabinet = models.ForeignKey(Cabinet, models.PROTECT, related_name="+", verbose_name="cabinet")
    establishment = models.ForeignKey(Establishment, models.PROTECT, related_name="+", verbose_name="établissement")
    author = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="auteur")
    wanted = models.CharField("dossier cherché", max_length=40)
    wanted_key = models.CharField("dossier cherché, sans séparateurs", max_length=40, editable=False)
    message = models.TextField("message", max_length=1000, blank=True)
    finding = models.CharField("diagnostic", max_length=8, choices=Finding, default=Finding.NOTHING)
    state = models.CharField("état", max_length=8, choices=State, default=State.OPEN)
    answer = models.TextField("réponse", max_length=1000, blank=True)
    answered_by = models.CharField("traitée par", max_length=160, blank=True, editable=False)
    created_at = models.DateTimeField("envoyée le", default=timezone.now, editable=False)
    answered_at = models.DateTimeField("traitée le", null=True, blank=True, editable=False)

    tenant_paths = {Kind.REPAIRER: BY_ESTABLISHMENT, Kind.STAFF: BY_CABINET}
    objects = TenantQuerySet["MissingDossierRequest"].as_manager()

    class Meta:
        verbose_name = "dossier introuvable"
        verbose_name_plural = "dossiers introuvables"
        constraints = [
            models.UniqueConstraint(
                fields=["author", "cabinet", "wanted_key"], condition=Q(state="open"), name="missing_asked_once"
            ),
            models.CheckConstraint(
                condition=Q(state="open", answered_at=None) | Q(state="answered", answered_at__isnull=False),
                name="missing_answered_has_a_date",
            ),
        ]
        indexes = [models.Index(fields=["author", "-created_at"], name="missing_author")]

    def __str__(self) -> str:
        return f"Dossier introuvable {self.wanted}"

    @classmethod
    def entrusted_to(cls, part: Entrusted, prefix: str = "") -> Q:
        return part.by_site(prefix)

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN
