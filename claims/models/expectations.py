"""What is expected of whom, and by when: one row for each thing, gone when it is done."""

from datetime import date, datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import OuterRef
from django.db.models.expressions import RawSQL
from django.db.models.functions import JSONObject

from accounts.beside import read_beside, shown_to_shop
from accounts.scope import (
    Actor,
    TenantQuerySet,
)
from claims.models.dossiers import Dossier
from claims.models.ofdossier import OfDossier
from claims.workflow import CHECKING, WAITING, State

PAGE_SIZE = 50
MOST_COUNTED = 100  # « 99+ » says enough beside the name of a page


class ExpectationQuerySet(TenantQuerySet["Expectation"]):
    """The vocabulary of what is expected."""

    def of_shops(self) -> "ExpectationQuerySet":
        return self.filter(who=Expectation.Who.SHOP)

    def of_cabinets(self) -> "ExpectationQuerySet":
        return self.filter(who=Expectation.Who.CABINET)

    def page(
        self, actor: Actor, site_ids: tuple[int, ...], cabinet_id: int | None, page: int
    ) -> "ExpectationQuerySet":
        """One page of what shops must do, the latest first, and one row more.

        One ordered read per establishment, then merged: `ANY` would read and sort a large shop whole.
        """
        arms, params = [], list[int]()
        condition = "" if cabinet_id is None else " AND cabinet_id = %s"
        for site in site_ids or (0,):
            arms.append(
                "(SELECT id, due_on FROM claims_expectation WHERE establishment_id = %s AND who = 'shop'"
                f"{condition} ORDER BY due_on, id LIMIT %s)"
            )
            params += [site, *([] if cabinet_id is None else [cabinet_id]), page * PAGE_SIZE + 1]
        order = "ORDER BY arm.due_on, arm.id LIMIT %s OFFSET %s"
        merged = f"SELECT arm.id FROM ({' UNION ALL '.join(arms)}) AS arm {order}"
        ids = RawSQL(merged, [*params, PAGE_SIZE + 1, (page - 1) * PAGE_SIZE])
        return self.filter(pk__in=ids).select_related("dossier").order_by("due_on", "pk")


class Expectation(OfDossier):
    """Written by `claims.services.expectations` alone; `kind` is a state of the dossier, or one of `About`."""

    class Who(models.TextChoices):
        SHOP = "shop", "réparateur"
        CABINET = "cabinet", "cabinet"

    class About(models.TextChoices):
        """What is expected beside what the dossier's state says; `object_id` is then the row it is about."""

        REQUEST = "demande", "envoyer les documents demandés"
        DATE = "date", "répondre à la date proposée"
        SUPPLEMENT = "complement", "décider du complément"
        UNSEEN = "non_vu", "donner une nouvelle date de visite"
        UNCOLLECTED = "non_enleve", "faire enlever le véhicule"
        EXAM = "examen", "faire l’examen prévu"
        ANSWER = "reponse", "lire la réponse au complément"
        QUESTION = "question", "répondre à la question du cabinet"
        MESSAGE = "message", "répondre au message du réparateur"

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="expectations", db_index=False)
    who = models.CharField("qui", max_length=8, choices=Who)
    kind = models.CharField("quoi", max_length=20)
    object_id = models.BigIntegerField(default=0)
    state_since = models.DateTimeField()  # the dossier's, when this was decided
    due_on = models.DateField("attendu pour le", null=True)
    reminders = models.PositiveSmallIntegerField("relances", default=0)
    reminded_on = models.DateField("dernière relance", null=True)

    objects = ExpectationQuerySet.as_manager()

    class Meta:
        verbose_name = "attente"
        constraints = [
            models.UniqueConstraint(fields=["dossier", "kind", "object_id"], name="expectation_once"),
        ]
        indexes = [
            models.Index(
                fields=["establishment", "who", "due_on", "id"], include=["cabinet"], name="expectation_shop"
            ),
            models.Index(
                fields=["cabinet", "who", "due_on", "id"], include=["establishment"], name="expectation_cabinet"
            ),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def text(self) -> str:
        """What is expected, in words that follow « à faire : »."""
        if self.kind in self.About.values:
            return self.About(self.kind).label
        state = State(self.kind)
        if self.who == self.Who.CABINET and state in CHECKING:
            return CHECKING[state].expected
        return WAITING[state].expected


# How many things the shop must do; MOST_COUNTED means that or more. Each site by its index: asked of all at once, the
# planner read every cabinet's (80 ms at a million dossiers).
read_beside(
    "todo",
    f"""SELECT count(*) FROM (SELECT FROM jsonb_array_elements(e.found->'sites') AS site, LATERAL (
        SELECT FROM claims_expectation x WHERE x.establishment_id = (site->>'id')::bigint
          AND x.who = '{Expectation.Who.SHOP}' AND {shown_to_shop("x")} LIMIT {MOST_COUNTED}) AS one
      LIMIT {MOST_COUNTED}) AS waiting""",
)


def beside(actor: Actor) -> ArraySubquery:
    """What is expected about each dossier, read in the dossier's own statement; `stored` makes rows of it."""
    rows = Expectation.objects.visible_to(actor).filter(dossier=OuterRef("pk")).order_by("due_on", "pk")
    names = ("who", "kind", "object_id", "due_on", "state_since")
    return ArraySubquery(rows.values(row=JSONObject(**{name: name for name in names})))


def stored(dossier: Dossier) -> list[Expectation]:
    """The rows that came `beside` this dossier, what is due first first."""
    return [_row(dossier, found) for found in getattr(dossier, "expected", ())]


def _row(dossier: Dossier, found: dict[str, Any]) -> Expectation:
    return Expectation(
        dossier=dossier,
        who=found["who"],
        kind=found["kind"],
        object_id=found["object_id"],
        due_on=date.fromisoformat(found["due_on"]) if found["due_on"] else None,
        state_since=datetime.fromisoformat(found["state_since"]),
    )
