"""What cabinet and shop send each other."""

import uuid

from django.db import models
from django.db.models import F, FilteredRelation, Q
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.scope import Actor, TenantQuerySet
from claims.models.dossiers import Dossier
from claims.models.ofdossier import OfDossier
from claims.workflow import State


def storage_key(document: "Document", filename: str) -> str:
    """A random key: what the user called the file is a label, never a path."""
    key = uuid.uuid4().hex
    return f"documents/{key[:2]}/{key[2:4]}/{key}"


class DocumentQuerySet(TenantQuerySet["Document"]):
    """The vocabulary of documents."""

    def received(self) -> "DocumentQuerySet":
        """What the cabinet sent to the shop."""
        return self.filter(direction=Document.Direction.RECEIVED)

    def sent(self) -> "DocumentQuerySet":
        """What the shop sent to the cabinet."""
        return self.filter(direction=Document.Direction.SENT)

    def accepted(self) -> "DocumentQuerySet":
        """What the shop sent and the cabinet did not refuse: what need not be asked for again."""
        return self.sent().exclude(verdict=Document.Verdict.REFUSED)

    def to_check(self) -> "DocumentQuerySet":
        """What the shop sent to a dossier under way and the cabinet has said nothing of, as far as it can be read."""
        return self.sent().filter(verdict="", safety=Document.Safety.CLEAN).exclude(dossier__state=State.CLOSED)

    def to_send_again(self, kind: str) -> "DocumentQuerySet":
        """What the cabinet refused of this kind and nothing has taken the place of, the newest first."""
        return self.sent().filter(kind=kind, verdict=Document.Verdict.REFUSED, resends=None).newest_first()

    def in_force(self) -> "DocumentQuerySet":
        """What a shop must repair and invoice by: the current report and prise en charge."""
        return self.received().filter(kind__in=(*REPORTS, Document.Kind.COVERAGE), replaced_at=None)

    def with_reading(self, actor: Actor) -> "DocumentQuerySet":
        """Annotate `read_at`, when this person said to have read each version (None: not yet)."""
        return self.annotate(
            reading=FilteredRelation("acknowledgements", condition=Q(acknowledgements__user=actor.user_id)),
            read_at=F("reading__at"),
        )

    def newest_first(self) -> "DocumentQuerySet":
        return self.order_by("-published_at", "-pk")

    def safe(self) -> "DocumentQuerySet":
        """What may be opened: what waits for its check, or did not pass it, stays in quarantine."""
        return self.filter(safety=Document.Safety.CLEAN)


class Document(OfDossier):
    """One file of a dossier, as received; « reçu » and « envoyé » are said from the shop's side."""

    class Direction(models.TextChoices):
        RECEIVED = "received", "reçu du cabinet"
        SENT = "sent", "envoyé au cabinet"

    class Kind(models.TextChoices):
        ORDER = "ordre_mission", "Ordre de mission"
        COVERAGE = "prise_en_charge", "Prise en charge"
        INTERIM_REPORT = "rapport_provisoire", "Rapport provisoire"
        REPORT = "rapport", "Rapport définitif"
        MINUTES = "pv", "PV d’expertise"
        LETTER = "courrier", "Courrier"
        ESTIMATE = "devis", "Devis"
        INVOICE = "facture", "Facture"
        GEOMETRY = "controle_geometrie", "Contrôle de géométrie"
        INSPECTION = "controle_technique", "Dernier contrôle technique"
        PARTS_INVOICE = "facture_pieces", "Facture d’achat de pièce"
        PHOTO = "photo", "Photo"
        # What comes with a message (BCA-42…47).
        DECLARATION = "declaration_assure", "Déclaration de l’assuré"
        ACCESSORY_INVOICE = "facture_accessoire", "Facture accessoire"
        REGISTRATION = "certificat_immat", "Certificat d’immatriculation"
        REPAIR_ORDER = "ordre_reparation", "Ordre de réparations"
        EXTRA_DAMAGE = "dommages_suppl", "Dommages supplémentaires"
        SHOP_SUPPLEMENT = "supplement", "Supplément réparateur"
        DAMAGED_FOLLOW_UP = "suivi_ve", "Suivi VE"
        DRIVING_AIDS = "diag_adas", "Diagnostic ADAS"
        DIAGNOSIS = "diagnostic", "Diagnostic"
        REMOVAL = "autorisation_enl", "Autorisation d’enlèvement"
        WRECKER = "retour_epaviste", "Retour de l’épaviste"
        REMOTE = "ead", "Dossier EAD"
        SMARTPHONE = "esd", "Examen sans déplacement (ESD)"
        OTHER = "autre", "Autre document"

    class Verdict(models.TextChoices):
        """What the cabinet says of a deposit (BCA-32, EG-50)."""

        COMPLIANT = "conforme", "conforme"
        REFUSED = "non_conforme", "non conforme"

    class Safety(models.TextChoices):
        """Quarantine: a deposit is opened by nobody but its checks until they are done."""

        CLEAN = "clean", "vérifié"
        PENDING = "pending", "en cours d’analyse"
        INFECTED = "infected", "refusé par l’antivirus"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="documents", verbose_name="dossier")
    direction = models.CharField("sens", max_length=8, choices=Direction, editable=False)
    kind = models.CharField("type", max_length=20, choices=Kind)
    label = models.CharField("libellé", max_length=160)
    file = models.FileField("fichier", upload_to=storage_key, max_length=120)
    size = models.PositiveBigIntegerField("taille", editable=False)
    sha256 = models.CharField("empreinte SHA-256", max_length=64, editable=False)
    content_type = models.CharField("format", max_length=40, editable=False)
    external_id = models.CharField("identifiant du cabinet", max_length=200, blank=True, default="", editable=False)
    sender_label = models.CharField("envoyé par", max_length=160, blank=True, editable=False)
    sender = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", editable=False)
    published_at = models.DateTimeField("reçu le", default=timezone.now, editable=False)
    replaced_at = models.DateTimeField("remplacé le", null=True, editable=False)
    # The n-th report, or prise en charge, of the dossier: what a person says to have read, never renumbered.
    version = models.PositiveSmallIntegerField("version", null=True, editable=False)
    seen_at = models.DateTimeField("vu par le cabinet le", null=True, editable=False)
    verdict = models.CharField("vérification", max_length=12, choices=Verdict, blank=True, default="", editable=False)
    verdict_reason = models.CharField("motif", max_length=300, blank=True, default="", editable=False)
    verdict_at = models.DateTimeField("vérifié le", null=True, editable=False)
    verdict_by = models.CharField("vérifié par", max_length=160, blank=True, default="", editable=False)
    resend_of = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="resends", editable=False, verbose_name="remplace le refusé"
    )

    deposit = models.ForeignKey(
        "claims.Deposit", models.PROTECT, null=True, related_name="documents", editable=False, verbose_name="envoi"
    )
    safety = models.CharField("analyse", max_length=8, choices=Safety, default=Safety.CLEAN, editable=False)
    # Made once, in a child process: what others than the cabinet are shown of a deposit, and a small picture.
    shown = models.CharField(max_length=120, blank=True, default="", editable=False)  # a key of the storage
    thumbnail = models.CharField(max_length=120, blank=True, default="", editable=False)  # same
    pages = models.PositiveIntegerField("pages", null=True, editable=False)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = "document"
        constraints = [
            models.UniqueConstraint(fields=["dossier", "direction", "sha256", "kind"], name="document_once_a_dossier"),
            models.CheckConstraint(
                condition=Q(verdict="", verdict_at=None) | ~Q(verdict="") & Q(verdict_at__isnull=False),
                name="document_verdict_has_a_date",
            ),
            models.CheckConstraint(
                condition=~Q(verdict="non_conforme") | ~Q(verdict_reason=""), name="document_refused_says_why"
            ),
        ]
        indexes = [
            models.Index(fields=["dossier", "direction", "-published_at"], name="document_dossier"),
            models.Index(
                fields=["cabinet", "published_at", "id"],
                condition=Q(direction="sent", verdict="", safety="clean"),
                name="document_to_check",
            ),
            models.Index(
                fields=["cabinet", "published_at", "id"],
                condition=Q(direction="sent", verdict="non_conforme"),
                name="document_refused",
            ),
        ]

    def __str__(self) -> str:
        return self.label

    def get_absolute_url(self) -> str:
        return reverse("document", args=[self.public_id])

    @property
    def is_photo(self) -> bool:
        return self.content_type.startswith("image/")

    @property
    def is_current(self) -> bool:
        return self.replaced_at is None

    @property
    def is_outdated(self) -> bool:
        """Whether a newer report or prise en charge took its place: nobody should repair or invoice by it (EG-02)."""
        return not self.is_current and self.direction == self.Direction.RECEIVED and bool(family_of(self.kind))

    @property
    def is_refused(self) -> bool:
        return self.verdict == self.Verdict.REFUSED


REPORTS = (Document.Kind.INTERIM_REPORT, Document.Kind.REPORT)
"""Reports follow each other: a newer one of either kind makes the earlier ones « remplacé » (EG-02)."""

FAMILIES = (REPORTS, (Document.Kind.COVERAGE,))


def family_of(kind: str) -> tuple[Document.Kind, ...]:
    """The kinds that take each other's place and count their versions together; most kinds have none."""
    return next((family for family in FAMILIES if kind in family), ())


SENT_KINDS = {
    Document.Kind.ESTIMATE: True,
    Document.Kind.INVOICE: False,
    Document.Kind.GEOMETRY: True,
    Document.Kind.INSPECTION: True,
    Document.Kind.PARTS_INVOICE: True,
    Document.Kind.PHOTO: True,
    Document.Kind.OTHER: True,
}
"""What a shop sends (EG-54…59, and photos), and whether photos of it will do: a definitive invoice is a PDF."""

WITH_MESSAGE = {
    Document.Kind.DECLARATION: True,
    Document.Kind.ACCESSORY_INVOICE: True,
    Document.Kind.REGISTRATION: True,
    Document.Kind.REPAIR_ORDER: True,
    Document.Kind.EXTRA_DAMAGE: True,
    Document.Kind.SHOP_SUPPLEMENT: False,
    Document.Kind.MINUTES: True,
    Document.Kind.DAMAGED_FOLLOW_UP: True,
    Document.Kind.DRIVING_AIDS: True,
    Document.Kind.DIAGNOSIS: True,
    Document.Kind.REMOVAL: True,
    Document.Kind.WRECKER: True,
}
"""What a shop sends with a message only (BCA-42…47), and whether photos of it will do."""


def takes_photos(kind: str) -> bool:
    """Whether a shop may send photos under this kind, rather than a PDF."""
    return {**SENT_KINDS, **WITH_MESSAGE}.get(Document.Kind(kind), False)


GUIDED_KINDS = frozenset({Document.Kind.REMOTE, Document.Kind.SMARTPHONE})
"""What only a set of guided photos is sent as: chosen on no form."""

RECEIVED_KINDS = (
    Document.Kind.ORDER,
    Document.Kind.COVERAGE,
    *REPORTS,
    Document.Kind.MINUTES,
    Document.Kind.LETTER,
    Document.Kind.ESTIMATE,
    Document.Kind.INVOICE,
    Document.Kind.PHOTO,
    Document.Kind.OTHER,
)
"""What a cabinet sends (BCA-28)."""
