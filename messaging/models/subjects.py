"""The catalogue of what a shop may write about, cabinet by cabinet."""

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.text import slugify

from accounts.models import Cabinet
from accounts.scope import BY_CABINET, Kind, TenantModel, TenantQuerySet
from claims.models.documents import SENT_KINDS, WITH_MESSAGE, Document, takes_photos
from messaging.subjects import SEEDS, Code, Extra, Level, Reader, Rule, Terms

KINDS = [(kind.value, kind.label) for kind in Document.Kind if kind in SENT_KINDS or kind in WITH_MESSAGE]
SEED_CODES = frozenset(code.value for code in Code)


def _codes(label: str, choices: list[tuple[str, str]]) -> "ArrayField[list[str], list[str]]":
    return ArrayField(models.CharField(max_length=20, choices=choices), verbose_name=label, default=list, blank=True)


class SubjectQuerySet(TenantQuerySet["Subject"]):
    """The vocabulary of subjects."""

    def offered(self) -> "SubjectQuerySet":
        return self.filter(is_active=True).order_by("position", "pk")


class Subject(TenantModel):
    """One line of a cabinet's catalogue; the eight every cabinet begins with keep their slug, rules and fields."""

    cabinet = models.ForeignKey(
        Cabinet, models.CASCADE, related_name="+", db_index=False, editable=False, verbose_name="cabinet"
    )
    slug = models.SlugField("adresse", max_length=60, db_index=False, editable=False)
    label = models.CharField("objet", max_length=80)
    hint = models.CharField("explication", max_length=200, blank=True, default="")
    reader = models.CharField("lu par", max_length=12, choices=Reader)
    message = models.CharField("message", max_length=8, choices=Level, default=Level.REQUIRED)
    documents = models.CharField("documents", max_length=8, choices=Level, default=Level.OPTIONAL)
    kinds = _codes("types de document, au choix", KINDS)
    photo_kind = models.CharField("type d’une photo", max_length=20, choices=KINDS, blank=True, default="")
    pdf_kind = models.CharField("type d’un PDF", max_length=20, choices=KINDS, blank=True, default="")
    extras = _codes("demander aussi", Extra.choices)
    rules = _codes("proposé quand", Rule.choices)
    position = models.PositiveSmallIntegerField("ordre", default=100)
    is_active = models.BooleanField("proposé", default=True)

    tenant_paths = {Kind.STAFF: BY_CABINET, Kind.REPAIRER: BY_CABINET}
    objects = SubjectQuerySet.as_manager()

    class Meta:
        verbose_name = "objet de message"
        verbose_name_plural = "objets de message"
        constraints = [
            models.UniqueConstraint(fields=["cabinet", "slug"], name="subject_slug_once"),
            models.CheckConstraint(
                condition=~Q(message="none") | ~Q(documents="none") | ~Q(extras=[]),
                name="subject_asks_something",
                violation_error_message="Un objet prend un message, des documents, ou demande autre chose.",
            ),
            models.CheckConstraint(
                condition=Q(documents="none") | ~Q(kinds=[]) | ~Q(photo_kind="") | ~Q(pdf_kind=""),
                name="subject_names_its_documents",
                violation_error_message="Dites sous quel type les documents arrivent : au choix, ou selon le fichier.",
            ),
        ]

    def __str__(self) -> str:
        return self.label

    def clean(self) -> None:
        if self.photo_kind and not takes_photos(self.photo_kind):
            raise ValidationError({"photo_kind": "Ce type de document ne s’envoie qu’en PDF."})

    @property
    def is_seed(self) -> bool:
        return self.slug in SEED_CODES

    @property
    def terms(self) -> Terms:
        return Terms(
            reader=self.reader,
            message=self.message,
            documents=self.documents,
            kinds=tuple(self.kinds),
            photo_kind=self.photo_kind,
            pdf_kind=self.pdf_kind,
            extras=tuple(self.extras),
            rules=tuple(self.rules),
        )

    @property
    def extra_labels(self) -> list[str]:
        return [str(Extra(extra).label) for extra in self.extras]

    @property
    def rule_labels(self) -> list[str]:
        return [str(Rule(rule).label) for rule in self.rules]

    def name_address(self, taken: set[str]) -> None:
        """Make the slug of a subject of the cabinet's own, apart from those taken and from the seeds'."""
        stem = slugify(self.label)[:50] or "objet"
        self.slug, number = stem, 1
        while self.slug in taken | SEED_CODES:
            number += 1
            self.slug = f"{stem}-{number}"


def seeded(cabinet: Cabinet) -> list[Subject]:
    """The catalogue a cabinet begins with, unsaved: what the database makes with each cabinet."""
    return [
        Subject(
            cabinet=cabinet,
            slug=code.value,
            label=label,
            hint=hint,
            reader=terms.reader,
            message=terms.message,
            documents=terms.documents,
            kinds=list(terms.kinds),
            photo_kind=terms.photo_kind,
            pdf_kind=terms.pdf_kind,
            extras=[str(extra) for extra in terms.extras],
            rules=[str(rule) for rule in terms.rules],
            position=10 * place,
        )
        for place, (code, (label, hint, terms)) in enumerate(SEEDS.items(), start=1)
    ]
