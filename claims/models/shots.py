"""Guided photos: the views a cabinet wants of a car, and the set of them a shop takes for one dossier."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import Cabinet, User
from accounts.scope import BY_CABINET, Kind, TenantModel, TenantQuerySet
from claims.models.deposits import Deposit
from claims.models.documents import Document
from claims.models.dossiers import Dossier
from claims.models.ofdossier import OfDossier


class Drawing(models.TextChoices):
    """Our own drawings of what a view shows: `static/img/shots/<value>.svg`."""

    FRONT_LEFT = "avant_gauche", "angle avant gauche"
    FRONT_RIGHT = "avant_droit", "angle avant droit"
    REAR_LEFT = "arriere_gauche", "angle arrière gauche"
    REAR_RIGHT = "arriere_droit", "angle arrière droit"
    PLATE = "plaque", "plaque d’immatriculation"
    VIN = "vin", "numéro de série"
    ODOMETER = "compteur", "compteur"
    DAMAGE_FAR = "dommage_loin", "dommage de loin"
    DAMAGE_NEAR = "dommage_pres", "dommage de près"
    REGISTRATION = "carte_grise", "certificat d’immatriculation"
    OTHER = "autre", "autre photo"


class ShotKind(TenantModel):
    """One view of a cabinet's list; the database gives every cabinet the first ten, which it then changes.

    What is looked for comes from the photo lists of the trade: four corners, plate, VIN, mileage, damage from two
    distances, registration document.
    """

    cabinet = models.ForeignKey(Cabinet, models.CASCADE, related_name="+", db_index=False, verbose_name="cabinet")
    position = models.PositiveSmallIntegerField("place", default=100)
    label = models.CharField("vue", max_length=60)
    advice = models.CharField("conseil", max_length=160, blank=True, default="")
    drawing = models.CharField("dessin", max_length=16, choices=Drawing, default=Drawing.OTHER)
    is_required = models.BooleanField("obligatoire", default=True)

    tenant_paths = {Kind.REPAIRER: BY_CABINET, Kind.STAFF: BY_CABINET}
    objects = TenantQuerySet["ShotKind"].as_manager()

    class Meta:
        verbose_name = "photo demandée"
        verbose_name_plural = "photos demandées (EAD, ESD)"
        constraints = [
            models.UniqueConstraint(
                fields=["cabinet", "label"],
                name="shot_kind_once",
                violation_error_message="Cette vue est déjà dans la liste.",
            ),
            models.CheckConstraint(condition=Q(drawing__in=Drawing.values), name="shot_kind_drawing_known"),
        ]

    def __str__(self) -> str:
        return self.label


class ShotSet(OfDossier):
    """The photos of one dossier for an examination without a visit: prepared by the shop's people, sent once."""

    class Exam(models.TextChoices):
        """The kind of document its photos become."""

        REMOTE = "ead", "Dossier d’expertise à distance (EAD)"
        SMARTPHONE = "esd", "Examen sans déplacement (ESD)"

    class Safety(models.TextChoices):
        """Whether what keeps people safe is touched: then an expert comes all the same."""

        UNKNOWN = "", "pas encore dit"
        NO = "non", "non"
        YES = "oui", "oui"
        UNSURE = "doute", "je ne sais pas"

    dossier = models.ForeignKey(
        Dossier, models.PROTECT, related_name="shot_sets", db_index=False, verbose_name="dossier"
    )
    exam = models.CharField("examen", max_length=3, choices=Exam)
    safety = models.CharField("organes de sécurité touchés", max_length=5, choices=Safety, blank=True, default="")
    author = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="commencé par")
    begun_at = models.DateTimeField("commencé le", default=timezone.now)
    draft = models.BigIntegerField("brouillon", null=True)  # waits for somebody who answers for the company
    deposit = models.OneToOneField(Deposit, models.PROTECT, null=True, related_name="shot_set", verbose_name="envoi")
    sent_at = models.DateTimeField("envoyé le", null=True)
    book = models.ForeignKey(Document, models.PROTECT, null=True, related_name="+", verbose_name="album PDF")

    objects = TenantQuerySet["ShotSet"].as_manager()

    class Meta:
        verbose_name = "série de photos"
        verbose_name_plural = "séries de photos"
        constraints = [
            models.UniqueConstraint(
                fields=["dossier", "exam"], condition=Q(sent_at=None), name="shot_set_one_in_preparation"
            ),
            models.CheckConstraint(
                condition=Q(sent_at=None, deposit=None) | Q(sent_at__isnull=False, deposit__isnull=False),
                name="shot_set_sent_with_a_receipt",
            ),
        ]
        indexes = [models.Index(fields=["dossier", "-id"], name="shot_set_dossier")]

    def __str__(self) -> str:
        return self.get_exam_display()

    @property
    def is_open(self) -> bool:
        """Whether photos may still be taken: neither sent nor waiting for a responsable."""
        return self.sent_at is None and self.draft is None


class Shot(OfDossier):
    """One view of a set, as the cabinet asked when it was begun; its photo is an `Upload`, then a document."""

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="+", db_index=False)
    shot_set = models.ForeignKey(ShotSet, models.CASCADE, related_name="shots", db_index=False)
    position = models.PositiveSmallIntegerField("place")
    label = models.CharField("vue", max_length=60)
    advice = models.CharField("conseil", max_length=160, blank=True, default="")
    drawing = models.CharField("dessin", max_length=16, choices=Drawing)
    is_required = models.BooleanField("obligatoire", default=True)
    document = models.ForeignKey(Document, models.PROTECT, null=True, related_name="+")

    objects = TenantQuerySet["Shot"].as_manager()

    class Meta:
        verbose_name = "photo d’une série"
        verbose_name_plural = "photos des séries"
        constraints = [models.UniqueConstraint(fields=["shot_set", "position"], name="shot_place_once")]

    def __str__(self) -> str:
        return self.label
