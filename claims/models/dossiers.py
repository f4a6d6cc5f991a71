"""The dossier, who opened it, and how many stand under each tab."""

from datetime import date
from typing import Any, NamedTuple

from django.db import models
from django.db.models import Case, F, Func, Q, Value, When
from django.urls import reverse
from django.utils import timezone

from accounts.exceptions import NotAllowed
from accounts.models import Cabinet, CabinetMember, Establishment, User
from accounts.scope import BY_CABINET, BY_ESTABLISHMENT, BY_USER, Actor, Entrusted, Kind, TenantModel, TenantQuerySet
from claims import workflow
from claims.models.plates import key_of
from claims.models.queries import DossierQuerySet, TallyQuerySet
from claims.workflow import Action, State


class Fold(Func):
    """Lower case without accents, by our own immutable SQL function, so that it can be stored and indexed."""

    function = "fold"
    output_field = models.TextField()


class Joined(Func):
    """Texts put end to end with a space, immutably (`concat_ws` is only stable)."""

    template = "(%(expressions)s)"
    arg_joiner = " || ' ' || "
    output_field = models.TextField()


def _text(label: str, length: int = 80) -> "models.CharField[str, str]":
    return models.CharField(label, max_length=length, blank=True, default="")


class FormerPlate(NamedTuple):
    """A plate the car no longer has, and the day that was learnt."""

    plate: str
    until: date


class Dossier(TenantModel):
    """A claim file: one cabinet's, sent to the establishment of its SIRET; `state` is written only by `advance()`."""

    class Procedure(models.TextChoices):
        """Procédure VE: code de la route, art. L327-1 (VEI) and L327-4, L327-5 (VGE)."""

        NONE = "", "aucune"
        VEI = "VEI", "VEI – réparation supérieure à la valeur"
        VGE = "VGE", "VGE – véhicule gravement endommagé"

    # Both are the first column of an index below: another one each would only slow imports.
    cabinet = models.ForeignKey(Cabinet, models.PROTECT, related_name="+", db_index=False, verbose_name="cabinet")
    establishment = models.ForeignKey(
        Establishment,
        models.PROTECT,
        related_name="+",
        db_index=False,
        null=True,
        blank=True,
        verbose_name="établissement",
    )
    siret = _text("SIRET reçu", 40)  # as the cabinet wrote it; kept when it is wrong, for staff to correct
    reference = models.CharField("n° de dossier", max_length=40)
    claim_number = _text("n° de sinistre", 40)
    mission_on = models.DateField("date de mission", null=True, blank=True)
    claim_on = models.DateField("date du sinistre", null=True, blank=True)
    expertise_on = models.DateField("date d’expertise", null=True, blank=True)
    insured_name = _text("assuré", 120)
    insured_email = _text("e-mail de l’assuré", 254)
    insured_phone = _text("téléphone de l’assuré", 30)
    make = _text("marque", 60)
    model = _text("modèle", 80)
    plate = _text("immatriculation", 20)
    # Both are written by a trigger alone, whoever changes the plate: a list of {plate, until}, and their keys.
    former_plates: "models.JSONField[list[dict[str, Any]], list[dict[str, Any]]]" = models.JSONField(
        "immatriculations précédentes", db_default=[], default=list, editable=False
    )
    former_keys = models.TextField(db_default="", default="", blank=True, editable=False)
    vin = _text("VIN", 30)
    insurer_code = _text("code GTA", 20)
    insurer_name = _text("assurance", 120)
    principal_name = _text("mandant", 120)
    impact = _text("type de choc", 60)
    amount_excl_tax = models.DecimalField("montant HT", max_digits=12, decimal_places=2, null=True, blank=True)
    last_estimate = models.DecimalField("dernier chiffrage", max_digits=12, decimal_places=2, null=True, blank=True)
    deductible = models.DecimalField("franchise", max_digits=12, decimal_places=2, null=True, blank=True)
    is_approved_repairer = models.BooleanField("réparateur agréé", default=False)
    ve_procedure = models.CharField("procédure VE", max_length=3, choices=Procedure, blank=True, default="")
    expert_email = _text("e-mail de l’expert", 254)
    expert = models.ForeignKey(
        CabinetMember, models.SET_NULL, related_name="+", null=True, blank=True, verbose_name="expert"
    )
    state = models.CharField("état", max_length=20, choices=State, default=State.RECEIVED, editable=False)
    state_since = models.DateTimeField("dans cet état depuis", default=timezone.now, editable=False)
    received_count = models.PositiveIntegerField("documents reçus", default=0, editable=False)
    sent_count = models.PositiveIntegerField("documents envoyés", default=0, editable=False)
    visit_on = models.DateField("date de RDV", null=True, editable=False)  # the live one; its service keeps it so
    # Facts that stand beside the state while they last, for the list to show; the rest of them is in `DossierFacts`.
    unseen_on = models.DateField("véhicule non vu le", null=True, editable=False)
    uncollected_on = models.DateField("véhicule non enlevé depuis le", null=True, editable=False)
    last_received_at = models.DateTimeField("dernier document reçu le", null=True, editable=False)
    created_at = models.DateTimeField("créé le", default=timezone.now, editable=False)
    updated_at = models.DateTimeField("modifié le", default=timezone.now, editable=False)

    tab = models.GeneratedField(
        expression=Case(
            *(When(state=state, then=Value(number)) for state, (number, _) in workflow.TAB_OF_STATE.items()),
            default=Value(0),
        ),
        output_field=models.SmallIntegerField(),
        db_persist=True,
    )
    plate_key = models.GeneratedField(
        expression=Func(F("plate"), function="plate_key", output_field=models.TextField()),
        output_field=models.TextField(),
        db_persist=True,
    )
    insured_key = models.GeneratedField(
        expression=Fold("insured_name"), output_field=models.TextField(), db_persist=True
    )
    vehicle_key = models.GeneratedField(
        expression=Fold(Joined("make", "model")), output_field=models.TextField(), db_persist=True
    )
    # Without the plate as written: a search looks for each word without its dashes too, and finds `plate_key`.
    search_text = models.GeneratedField(
        expression=Fold(
            Joined(
                "reference",
                "claim_number",
                Func(F("plate"), function="plate_key", output_field=models.TextField()),
                "insured_name",
                "make",
                "model",
                "siret",
                "former_keys",
            )
        ),
        output_field=models.TextField(),
        db_persist=True,
    )

    tenant_paths = {Kind.REPAIRER: BY_ESTABLISHMENT, Kind.STAFF: BY_CABINET}
    objects = DossierQuerySet.as_manager()

    class Meta:
        verbose_name = "dossier"
        constraints = [
            models.UniqueConstraint(fields=["cabinet", "reference"], name="dossier_reference_once"),
            models.CheckConstraint(condition=~Q(reference=""), name="dossier_has_a_reference"),
            models.CheckConstraint(condition=Q(state__in=State.values), name="dossier_state_known"),
            models.CheckConstraint(condition=Q(ve_procedure__in=["", "VEI", "VGE"]), name="dossier_ve_known"),
        ]
        indexes = [
            # With what the policies look at, so that turning to the last page of 20,000 reads the index alone.
            models.Index(
                "establishment",
                F("claim_on").desc(nulls_last=True),
                F("id").desc(),
                name="dossier_shop_claim",
                include=["cabinet", "expert"],
            ),
            models.Index(
                "establishment",
                "tab",
                F("claim_on").desc(nulls_last=True),
                F("id").desc(),
                name="dossier_shop_tab",
                include=["cabinet", "expert"],
            ),
            models.Index(
                "establishment",
                F("claim_on").desc(nulls_last=True),
                F("id").desc(),
                name="dossier_est_ve",
                condition=~Q(ve_procedure=""),
            ),
            models.Index("cabinet", F("claim_on").desc(nulls_last=True), F("id").desc(), name="dossier_cab_claim"),
            models.Index(
                "cabinet", "tab", F("claim_on").desc(nulls_last=True), F("id").desc(), name="dossier_cab_tab"
            ),
            models.Index("cabinet", "id", name="dossier_cab_orphan", condition=Q(establishment=None)),
        ]

    def __str__(self) -> str:
        return self.reference

    def get_absolute_url(self) -> str:
        return reverse("dossier", args=[self.cabinet.code, self.reference])

    @classmethod
    def entrusted_to(cls, part: Entrusted, prefix: str = "") -> Q:
        given = Q(**{f"{prefix}pk__in": part.dossiers})
        return part.by_site(prefix) | given | Q(**{f"{prefix}expert": part.member})

    @property
    def dossier_id(self) -> int:
        """Itself: the journal says of which dossier each entry is."""
        return self.pk

    @property
    def appointment_on(self) -> date | None:
        """« Date RDV » (BCA-19): the one made through the portal, else the one the cabinet's software gave."""
        return self.visit_on or self.expertise_on

    @property
    def vehicle(self) -> str:
        return f"{self.make} {self.model}".strip()

    @property
    def storage_days(self) -> int:
        """How many days the car has stood there since it was to be taken away."""
        return (timezone.localdate() - self.uncollected_on).days if self.uncollected_on else 0

    @property
    def plates_before(self) -> list[FormerPlate]:
        """The plates it had, the latest first; one it has again is no former one."""
        rows = (FormerPlate(row["plate"], date.fromisoformat(row["until"])) for row in reversed(self.former_plates))
        return [row for row in rows if key_of(row.plate) != key_of(self.plate)]

    @property
    def is_open(self) -> bool:
        return self.state != State.CLOSED

    def actions_for(self, actor: Actor) -> list[Action]:
        """What this actor may do now, in the order of the table."""
        found = workflow.actions_for(State(self.state), actor.kind)
        return [action for action in found if actor.kind != Kind.STAFF or actor.opens(workflow.menu_of(action))]

    def allow(self, action: Action, actor: Actor) -> None:
        """Raise `NotAllowed` unless the table lets this actor do this now; the rights by menu are the services'."""
        if not workflow.moves(action, State(self.state), actor.kind):
            message = f"« {action.label} » n’est pas possible : le dossier est à l’état « {State(self.state).label} »."
            raise NotAllowed(message)

    def advance(self, action: Action, actor: Actor) -> None:
        """Do `action` along the table; the caller has locked the row and records the journal."""
        self.allow(action, actor)
        target = workflow.moves(action, State(self.state), actor.kind)[0].to
        if target is not None and target != self.state:
            self.state = target
            self.state_since = timezone.now()
            self.save(update_fields=["state", "state_since"])


class DossierVisit(TenantModel):
    """When a user last opened a dossier: NEW is whatever came since."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="visits")
    opened_at = models.DateTimeField("ouvert le", default=timezone.now)

    tenant_paths = {Kind.REPAIRER: BY_USER, Kind.STAFF: BY_USER}
    objects = TenantQuerySet["DossierVisit"].as_manager()

    class Meta:
        verbose_name = "consultation"
        constraints = [models.UniqueConstraint(fields=["user", "dossier"], name="visit_once")]

    def __str__(self) -> str:
        return f"{self.dossier_id} {self.opened_at:%Y-%m-%d}"


class DossierTally(TenantModel):
    """How many dossiers came under a tab, or left it: a ledger that triggers write and a task folds.

    Counting by adding up differences needs no lock: two people changing two dossiers of one shop never wait for each
    other, and the sum always agrees with the rows that are committed.
    """

    cabinet = models.ForeignKey(Cabinet, models.CASCADE, related_name="+", db_index=False)
    establishment = models.ForeignKey(Establishment, models.CASCADE, related_name="+", null=True, db_index=False)
    tab = models.SmallIntegerField()
    is_ve = models.BooleanField()
    difference = models.IntegerField()

    tenant_paths = {Kind.REPAIRER: BY_ESTABLISHMENT, Kind.STAFF: BY_CABINET}
    objects = TallyQuerySet.as_manager()

    class Meta:
        verbose_name = "décompte"
        indexes = [
            models.Index(
                fields=["establishment", "cabinet", "tab", "is_ve"], include=["difference"], name="tally_establishment"
            ),
            models.Index(
                fields=["cabinet", "establishment", "tab", "is_ve"], include=["difference"], name="tally_cabinet"
            ),
        ]

    @classmethod
    def entrusted_to(cls, part: Entrusted, prefix: str = "") -> Q:
        """Whole establishments only: a sum does not say which of its dossiers are whose."""
        return part.by_site(prefix)

    def __str__(self) -> str:
        return f"{self.tab}: {self.difference:+d}"
