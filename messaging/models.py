"""The outbox: what is to be told to whom, written in the transaction of what it tells."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import Cabinet, Establishment, User
from accounts.scope import (
    BY_CABINET,
    BY_ESTABLISHMENT,
    Actor,
    Entrusted,
    Kind,
    Owner,
    TenantModel,
    TenantQuerySet,
    read_beside,
    shown_to_shop,
)
from claims.models import Dossier


class Notification(TenantModel):
    """One message to one person. No text is kept: it is written from its template when it is sent.

    `key` (event, object, version, recipient, channel) is unique, so that telling twice is telling once; the Message-ID
    of a mail follows from it, so that a mail sent twice after a crash is recognised as one.
    """

    class State(models.TextChoices):
        QUEUED = "queued", "à envoyer"
        SENT = "sent", "envoyé"
        SKIPPED = "skipped", "devenu inutile"
        FAILED = "failed", "échec"

    key = models.CharField("clé", max_length=160, unique=True)
    event = models.CharField("évènement", max_length=40)
    subject_type = models.CharField("type", max_length=40)
    subject_id = models.BigIntegerField("identifiant")
    parameters = models.JSONField("paramètres", default=dict, blank=True)
    recipient = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="destinataire")
    cabinet = models.ForeignKey(
        Cabinet, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="cabinet"
    )
    establishment = models.ForeignKey(
        Establishment, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="établissement"
    )
    state = models.CharField("état", max_length=8, choices=State, default=State.QUEUED)
    reason = models.CharField("motif", max_length=200, blank=True, default="")
    attempts = models.PositiveIntegerField("essais", default=0)  # also the fencing token of senders
    not_before = models.DateTimeField("pas avant", default=timezone.now)
    leased_until = models.DateTimeField("réservé jusqu'à", null=True, blank=True)
    created_at = models.DateTimeField("créé le", default=timezone.now)
    sent_at = models.DateTimeField("envoyé le", null=True, blank=True)

    tenant_paths = {
        Kind.STAFF: BY_CABINET,
        Kind.REPAIRER: ("recipient", Owner.USER),
        Kind.PENDING: ("recipient", Owner.USER),
    }
    objects = TenantQuerySet["Notification"].as_manager()

    class Meta:
        verbose_name = "notification"
        constraints = [
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False) | ~Q(state="sent") & Q(sent_at=None),
                name="notification_sent_has_a_date",
            ),
        ]
        indexes = [
            models.Index(fields=["not_before", "id"], condition=Q(state="queued"), name="notification_due"),
            models.Index(
                fields=["recipient", "subject_type", "subject_id", "id"],
                condition=Q(state="queued"),
                name="notification_order",
            ),
        ]

    @classmethod
    def entrusted_to(cls, part: Entrusted, prefix: str = "") -> Q:
        """By its shop, by the dossier it is about; what is about accounts and no shop is the whole cabinet's."""
        about = Q(**{f"{prefix}subject_type": "claims.dossier"}) & part.by_dossier(f"{prefix}subject_id")
        of_nothing = Q(**{f"{prefix}establishment": None, f"{prefix}subject_type__startswith": "accounts."})
        return part.by_site(prefix) | about | of_nothing

    def __str__(self) -> str:
        return self.key


class NewsQuerySet(TenantQuerySet["News"]):
    """The vocabulary of news."""

    def visible_to(self, actor: Actor) -> "NewsQuerySet":
        """One's own, of the establishments one may see today: a right lost since hides what it had brought."""
        rows = super().visible_to(actor)
        return rows.filter(user=actor.user_id) if actor.kind == Kind.REPAIRER else rows

    def unread(self) -> "NewsQuerySet":
        return self.filter(read_at=None)

    def newest_first(self) -> "NewsQuerySet":
        return self.order_by("-pk")


class News(TenantModel):
    """What arrived for one person of a shop: one row a fact and person, written with the fact.

    `fact` is the journal's entry. Opening the dossier reads them all: a trigger on `DossierVisit` does, so that NEW in
    the list and the notification centre never disagree.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="+", db_index=False, verbose_name="destinataire")
    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="+", db_index=False, verbose_name="dossier")
    cabinet = models.ForeignKey(Cabinet, models.PROTECT, related_name="+", db_index=False, editable=False)
    establishment = models.ForeignKey(
        Establishment, models.PROTECT, null=True, related_name="+", db_index=False, editable=False
    )
    fact = models.BigIntegerField("fait", editable=False)
    event = models.CharField("évènement", max_length=40)
    title = models.CharField("titre", max_length=160)
    text = models.CharField("détail", max_length=300, blank=True, default="")
    document = models.UUIDField("document", null=True, editable=False)
    at = models.DateTimeField("arrivée le", default=timezone.now)
    read_at = models.DateTimeField("lue le", null=True)

    tenant_paths = {Kind.REPAIRER: BY_ESTABLISHMENT}
    objects = NewsQuerySet.as_manager()

    class Meta:
        verbose_name = "nouveauté"
        constraints = [models.UniqueConstraint(fields=["user", "fact"], name="news_once_a_person")]
        indexes = [
            models.Index(fields=["user", "-id"], name="news_user"),
            models.Index(fields=["user", "-id"], condition=Q(read_at=None), name="news_unread"),
            models.Index(fields=["dossier", "user"], condition=Q(read_at=None), name="news_dossier_unread"),
        ]

    def __str__(self) -> str:
        return self.title


UNREAD_COUNTED = 100  # more is told as « 99+ »
read_beside(
    "news",
    f"""SELECT jsonb_build_object('unread', count(*), 'last', COALESCE(max(seen.id), 0)) FROM (
      SELECT n.id FROM messaging_news n
      WHERE n.user_id = (SELECT scope_user()) AND n.read_at IS NULL
        AND {shown_to_shop("n")}
      ORDER BY n.id DESC LIMIT {UNREAD_COUNTED}) AS seen""",  # noqa: S608 -- a number of ours
)
