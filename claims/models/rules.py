"""How a cabinet follows its dossiers: delays, reminders, extensions, and from what amount it visits."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from accounts.models import Cabinet
from accounts.scope import BY_CABINET, Kind, TenantModel, TenantQuerySet
from claims.workflow import WAITING, State

LONGEST = 90  # working days
KEPT_YEARS = 5


def _days(label: str, default: int) -> "models.PositiveSmallIntegerField[int, int]":
    return models.PositiveSmallIntegerField(
        label, default=default, db_default=default, validators=[MinValueValidator(1), MaxValueValidator(LONGEST)]
    )


def _waiting(state: State) -> int:
    return WAITING[state].working_days or 1


class CabinetRules(TenantModel):
    """One row a cabinet, made by the database with the cabinet; delays are working days of the shop's place."""

    cabinet = models.OneToOneField(Cabinet, models.CASCADE, related_name="+", editable=False, verbose_name="cabinet")
    remote_days = _days("dossier d’expertise à distance, sous", _waiting(State.AWAITING_REMOTE))
    visit_days = _days("date de rendez-vous, sous", _waiting(State.AWAITING_VISIT))
    documents_days = _days("documents demandés, sous", _waiting(State.AWAITING_DOCUMENTS))
    invoice_days = _days("facture définitive, sous", _waiting(State.AWAITING_INVOICE))
    reminder_every = _days("jours ouvrés entre deux relances", 5)
    reminder_times = models.PositiveSmallIntegerField(
        "relances au plus",
        default=3,
        db_default=3,
        validators=[MaxValueValidator(10)],
        help_text="0 : le portail ne relance pas les réparateurs du cabinet.",
    )
    extension_days = _days("une prolongation ajoute", 5)
    extension_times = models.PositiveSmallIntegerField(
        "prolongations d’une demande, au plus", default=2, db_default=2, validators=[MaxValueValidator(10)]
    )
    visit_threshold = models.DecimalField(
        "expertise sur place à partir de",
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text="Montant HT du dernier chiffrage, en euros. Vide : pas de conseil.",
    )
    # RGPD, art. 5-1-e, fixes no period: five years are the common-law time for evidence (code civil, art. 2224).
    retention_years = models.PositiveSmallIntegerField(
        "dossiers clos conservés, en années",
        default=KEPT_YEARS,
        db_default=KEPT_YEARS,
        validators=[MinValueValidator(1), MaxValueValidator(30)],
        help_text="Passé ce temps après la clôture, la purge efface le dossier, ses fichiers et ses échanges.",
    )
    visit_rule = models.CharField(
        "autre règle de choix",
        max_length=300,
        blank=True,
        default="",
        db_default="",
        help_text="Rappelée aux gestionnaires, par exemple : « choc avant, toujours sur place ».",
    )

    tenant_paths = {Kind.STAFF: BY_CABINET}
    objects = TenantQuerySet["CabinetRules"].as_manager()

    class Meta:
        verbose_name = "règles de suivi"
        verbose_name_plural = "règles de suivi"
        constraints = [
            models.CheckConstraint(condition=Q(reminder_every__gte=1), name="rules_reminders_apart"),
            models.CheckConstraint(condition=Q(retention_years__range=(1, 30)), name="rules_retention_years"),
        ]

    def __str__(self) -> str:
        return f"Règles de {self.cabinet}"

    def days(self, state: State) -> int | None:
        """The working days this cabinet gives in a state, where it may choose them."""
        own = {
            State.AWAITING_REMOTE: self.remote_days,
            State.AWAITING_VISIT: self.visit_days,
            State.AWAITING_DOCUMENTS: self.documents_days,
            State.AWAITING_INVOICE: self.invoice_days,
        }
        return own.get(state, WAITING[state].working_days)
