"""What a cabinet asks a shop to send."""

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import OuterRef, Q
from django.utils import timezone

from accounts.nested import nested, unnested
from accounts.scope import Actor, TenantQuerySet
from claims.models.documents import Document
from claims.models.dossiers import Dossier
from claims.models.ofdossier import OfDossier

ASKED_KINDS = (
    Document.Kind.ESTIMATE,
    Document.Kind.INVOICE,
    Document.Kind.GEOMETRY,
    Document.Kind.INSPECTION,
    Document.Kind.PARTS_INVOICE,
    Document.Kind.PHOTO,
    Document.Kind.OTHER,
)
"""What a shop can send (EG-55)."""


class DocumentRequestQuerySet(TenantQuerySet["DocumentRequest"]):
    """The vocabulary of requests."""

    def open(self) -> "DocumentRequestQuerySet":
        """Neither withdrawn nor done: somebody must still act."""
        return self.filter(withdrawn_at=None, done_at=None)

    def unanswered(self) -> "DocumentRequestQuerySet":
        """The shop must still send something."""
        return self.open().filter(answered_at=None)


class DocumentRequest(OfDossier):
    """Answered when a document of each kind asked was sent since; done when the cabinet says so."""

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="requests", verbose_name="dossier")
    kinds = ArrayField(models.CharField(max_length=20), verbose_name="documents demandés")
    text = models.TextField("précisions", max_length=1000, blank=True, default="")
    asked_by = models.CharField("demandé par", max_length=160, editable=False)
    asked_at = models.DateTimeField("demandé le", default=timezone.now, editable=False)
    due_on = models.DateField("attendu pour le")
    extensions = models.PositiveSmallIntegerField("prolongations", default=0, editable=False)
    extensions_allowed = models.PositiveSmallIntegerField("prolongations au plus", default=0, editable=False)
    answered_at = models.DateTimeField("envoyé le", null=True, editable=False)
    withdrawn_at = models.DateTimeField("retirée le", null=True, editable=False)
    done_at = models.DateTimeField("vérifié le", null=True, editable=False)

    objects = DocumentRequestQuerySet.as_manager()

    class Meta:
        verbose_name = "demande de documents"
        verbose_name_plural = "demandes de documents"
        constraints = [
            models.CheckConstraint(condition=Q(kinds__len__gt=0), name="request_asks_for_something"),
            models.CheckConstraint(condition=Q(withdrawn_at=None) | Q(done_at=None), name="request_ends_once"),
        ]
        indexes = [models.Index(fields=["dossier", "asked_at"], name="request_dossier")]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """« Facture, contrôle de géométrie »."""
        names = [Document.Kind(kind).label for kind in self.kinds]
        return ", ".join([*names[:1], *(name[:1].lower() + name[1:] for name in names[1:])])

    @property
    def extensions_left(self) -> int:
        return max(0, self.extensions_allowed - self.extensions)

    @property
    def is_open(self) -> bool:
        return self.withdrawn_at is None and self.done_at is None

    @property
    def is_unanswered(self) -> bool:
        return self.is_open and self.answered_at is None


def requests_beside(actor: Actor) -> ArraySubquery:
    """The open requests about each dossier, first due first, read in the dossier's own statement."""
    rows = DocumentRequest.objects.visible_to(actor).filter(dossier=OuterRef("pk")).open()
    return nested(rows.order_by("due_on", "pk"))


def requests_read(dossier: Dossier) -> list[DocumentRequest]:
    """Those that came with a dossier read by `requests_beside`."""
    return unnested(DocumentRequest, dossier.open_requests)  # type: ignore[attr-defined]
