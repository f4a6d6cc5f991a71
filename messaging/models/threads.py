"""What a shop and its cabinet write to each other about a dossier, thread by thread."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.db.models.expressions import RawSQL
from django.urls import reverse
from django.utils import timezone

from accounts.beside import read_beside, shown_to_shop
from accounts.models import CabinetMember, User
from accounts.scope import BY_ESTABLISHMENT, Actor, Kind, TenantQuerySet
from claims.models import Document, Dossier
from claims.models.appointments import Side
from claims.models.ofdossier import OfDossier
from messaging.models.subjects import Subject
from messaging.subjects import Reader

PAGE_SIZE = 50
LINE_FIELDS = (
    "public_id", "title", "opener_label", "created_at", "last_message_at", "last_label", "document_count", "state",
    "due_on", "cabinet_id", "establishment_id", "dossier_id",
)  # fmt: skip
SPEAKERS = {
    CabinetMember.Role.EXPERT.value: "Expert",
    CabinetMember.Role.CLERK.value: "Conseiller client",
    CabinetMember.Role.MANAGER.value: "Responsable",
}


class Fact(StrEnum):
    """What the journal tells of a message; its mails follow from these names. The étapes are the dossier's own."""

    MESSAGE_FOR_CABINET = "message_for_cabinet"
    MESSAGE_FOR_SHOP = "message_for_shop"
    QUESTION_FOR_SHOP = "question_for_shop"
    ANSWER_TO_VALIDATE = "answer_to_validate"
    ANSWER_APPROVED = "answer_approved"
    ANSWER_CHANGED = "answer_changed"  # amended, or refused
    THREAD_ASSIGNED = "thread_assigned"


class ThreadQuerySet(TenantQuerySet["Thread"]):
    """The vocabulary of threads."""

    def visible_to(self, actor: Actor) -> "ThreadQuerySet":
        """A question that waits for its validation is not there yet for the shop."""
        rows = super().visible_to(actor)
        return rows.filter(message_count__gt=0) if actor.kind == Kind.REPAIRER else rows

    def open(self) -> "ThreadQuerySet":
        """Somebody must still answer."""
        return self.filter(state__in=(Thread.State.CABINET, Thread.State.SHOP))

    def newest_first(self) -> "ThreadQuerySet":
        return self.order_by("-last_message_at", "-pk")

    def with_unread(self, actor: Actor) -> "ThreadQuerySet":
        """Annotate `is_unread` for this person of a shop."""
        mine = ThreadRead.objects.filter(thread=models.OuterRef("pk"), user=actor.user_id, told_id__gt=F("read_id"))
        return self.annotate(is_unread=models.Exists(mine))

    def inbox(
        self,
        site_ids: tuple[int, ...],
        *,
        cabinet_id: int | None = None,
        state: str = "",
        dossiers: tuple[int, ...] | None = None,
        before: tuple[datetime, int] | None = None,
    ) -> "ThreadQuerySet":
        """One page, newest first, and one row more: one ordered read per establishment, then merged."""
        parts, values = [], list[object]()
        for sql, value in (
            ("cabinet_id = %s", cabinet_id),
            ("state = %s", state or None),
            ("dossier_id = ANY(%s)", None if dossiers is None else list(dossiers)),
        ):
            if value is not None:
                parts.append(f" AND {sql}")
                values.append(value)
        if before is not None:
            parts.append(" AND (last_message_at, id) < (%s, %s)")
            values += before
        order = f"ORDER BY last_message_at DESC, id DESC LIMIT {PAGE_SIZE + 1}"
        where = f"establishment_id = %s AND message_count > 0{''.join(parts)}"
        arm = f"(SELECT id, last_message_at FROM messaging_thread WHERE {where} {order})"
        params: list[object] = []
        for site in site_ids or (0,):
            params += [site, *values]
        merged = " UNION ALL ".join([arm] * max(1, len(site_ids)))
        ids = RawSQL(f"SELECT page.id FROM ({merged}) AS page {order}", params)
        return self.filter(pk__in=ids).newest_first()

    def for_lines(self) -> "ThreadQuerySet":
        """What a line of a list shows, and no more of a dossier's many columns."""
        shown = ("reference", "make", "model")
        return self.select_related("dossier").only(*LINE_FIELDS, *(f"dossier__{name}" for name in shown))

    def unread_ids(self, actor: Actor) -> "models.QuerySet[ThreadRead, Any]":
        return ThreadRead.objects.unread_of(actor).values("thread")

    def unread_by(
        self, actor: Actor, *, cabinet_id: int | None = None, before: tuple[datetime, int] | None = None
    ) -> "ThreadQuerySet":
        """What this person has not read, newest first, one page and one row more."""
        mine = ThreadRead.objects.unread_of(actor)
        if cabinet_id is not None:
            mine = mine.filter(cabinet=cabinet_id)
        rows = self.filter(pk__in=mine.values("thread"))
        if before is not None:
            at, pk = before
            rows = rows.filter(Q(last_message_at__lt=at) | Q(last_message_at=at, pk__lt=pk))
        return rows.newest_first()[: PAGE_SIZE + 1]


class Thread(OfDossier):
    """One exchange; what the inbox shows stands here, so that a page of it reads no message."""

    class State(models.TextChoices):
        """Who must answer."""

        CABINET = "cabinet", "au cabinet de répondre"
        SHOP = "shop", "au réparateur de répondre"
        ANSWERED = "answered", "répondu"
        CLOSED = "closed", "clos"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    dossier = models.ForeignKey(
        Dossier, models.PROTECT, related_name="threads", db_index=False, verbose_name="dossier"
    )
    subject = models.ForeignKey(
        Subject, models.PROTECT, related_name="+", db_index=False, null=True, editable=False, verbose_name="objet"
    )
    title = models.CharField("objet", max_length=120)
    reader = models.CharField("lu par", max_length=12, choices=Reader)
    assignee = models.ForeignKey(
        CabinetMember, models.SET_NULL, related_name="+", null=True, blank=True, verbose_name="suivi par"
    )
    is_question = models.BooleanField("question du cabinet", default=False, editable=False)
    opener = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False, editable=False)
    opener_label = models.CharField("demandeur", max_length=160, editable=False)
    opened_by = models.CharField("ouvert par", max_length=7, choices=Side, editable=False)
    key = models.CharField(max_length=64, editable=False)  # one sending, however often its button was pressed
    state = models.CharField("état", max_length=8, choices=State, editable=False)
    due_on = models.DateField("réponse attendue pour le", null=True, editable=False)
    created_at = models.DateTimeField("créé le", default=timezone.now, editable=False)
    last_message_at = models.DateTimeField("dernier message", default=timezone.now, editable=False)
    last_label = models.CharField("dernier auteur", max_length=160, blank=True, default="", editable=False)
    message_count = models.PositiveIntegerField("messages", default=0, editable=False)
    document_count = models.PositiveIntegerField("pièces jointes", default=0, editable=False)

    objects = ThreadQuerySet.as_manager()

    class Meta:
        verbose_name = "échange"
        constraints = [
            models.UniqueConstraint(fields=["opener", "key"], name="thread_opened_once"),
            models.CheckConstraint(
                condition=Q(state__in=["cabinet", "shop"]) | Q(due_on=None), name="thread_due_while_open"
            ),
        ]
        indexes = [
            models.Index("establishment", F("last_message_at").desc(), F("id").desc(), name="thread_est"),
            models.Index("establishment", "cabinet", F("last_message_at").desc(), F("id").desc(), name="thread_pair"),
            models.Index(
                "establishment",
                F("last_message_at").desc(),
                F("id").desc(),
                condition=Q(state="shop"),
                name="thread_to_answer",
            ),
            models.Index("cabinet", F("last_message_at").desc(), F("id").desc(), name="thread_cab"),
            models.Index("cabinet", "due_on", condition=Q(state="cabinet"), name="thread_cab_waiting"),
            models.Index(fields=["dossier", "-last_message_at"], name="thread_dossier"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("thread", args=[self.public_id])

    @property
    def is_open(self) -> bool:
        return self.state != self.State.CLOSED


class MessageQuerySet(TenantQuerySet["Message"]):
    """The vocabulary of messages."""

    def visible_to(self, actor: Actor) -> "MessageQuerySet":
        """A shop sees what was sent; what waits at the cabinet, or was refused there, stays there."""
        rows = super().visible_to(actor)
        return rows.filter(state=Message.State.SENT) if actor.kind == Kind.REPAIRER else rows

    def sent(self) -> "MessageQuerySet":
        return self.filter(state=Message.State.SENT)

    def waiting(self) -> "MessageQuerySet":
        return self.filter(state=Message.State.WAITING)

    def with_papers(self) -> "MessageQuerySet":
        papers = models.Prefetch("attachments", MessageDocument.objects.select_related("document").order_by("pk"))
        return self.prefetch_related(papers)


class Message(OfDossier):
    """What somebody wrote; never withdrawn once sent. A gestionnaire's may wait for an expert first (ASP-24)."""

    class State(models.TextChoices):
        WAITING = "waiting", "à valider"
        SENT = "sent", "envoyé"
        REFUSED = "refused", "refusé"

    thread = models.ForeignKey(Thread, models.PROTECT, related_name="messages", db_index=False)
    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="+")
    side = models.CharField("de la part de", max_length=7, choices=Side)
    author = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    author_label = models.CharField("par", max_length=160)
    author_role = models.CharField("en qualité de", max_length=20, blank=True, default="")
    body = models.TextField("message", max_length=4000, blank=True, default="")
    written = models.TextField("tel qu’écrit", max_length=4000, blank=True, default="")  # before it was amended
    # What the form asked beside the message: [[label, value], …], in its order.
    particulars: "models.JSONField[list[list[str]], list[list[str]]]" = models.JSONField(default=list)
    # Of the cabinet, until it is validated: the day an answer is wanted for (ISO), and the file that goes with it.
    pending: "models.JSONField[dict[str, str], dict[str, str]]" = models.JSONField(default=dict)
    key = models.CharField(max_length=64)
    state = models.CharField("état", max_length=8, choices=State, default=State.SENT)
    created_at = models.DateTimeField("écrit le", default=timezone.now)
    sent_at = models.DateTimeField("envoyé le", null=True)
    decided_by = models.CharField("validé par", max_length=160, blank=True, default="")
    decided_at = models.DateTimeField("validé le", null=True)
    reason = models.CharField("motif du refus", max_length=500, blank=True, default="")

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = "message"
        constraints = [
            models.UniqueConstraint(fields=["author", "key"], name="message_sent_once"),
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False) | ~Q(state="sent") & Q(sent_at=None),
                name="message_sent_has_a_date",
            ),
            models.CheckConstraint(condition=Q(state="sent") | Q(side="cabinet"), name="message_shop_is_sent"),
            models.CheckConstraint(condition=~Q(state="refused") | ~Q(reason=""), name="message_refused_says_why"),
        ]
        indexes = [
            models.Index(fields=["thread", "id"], name="message_thread"),
            models.Index(fields=["cabinet", "id"], condition=Q(state="waiting"), name="message_waiting"),
        ]

    def __str__(self) -> str:
        return f"Message {self.pk}"

    @property
    def is_ours(self) -> bool:
        """From the shop; « ours » as the shop reads it."""
        return self.side == Side.SHOP

    @property
    def who(self) -> str:
        """In what quality it was written, never a private name."""
        role = SPEAKERS.get(self.author_role)
        return f"{role}, {self.author_label}" if role and not self.is_ours else self.author_label

    @property
    def was_amended(self) -> bool:
        return bool(self.written) and self.written != self.body


class MessageDocument(OfDossier):
    """A document of the dossier that came with a message."""

    message = models.ForeignKey(Message, models.CASCADE, related_name="attachments", db_index=False)
    document = models.ForeignKey(Document, models.CASCADE, related_name="+")
    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="+")

    objects = TenantQuerySet["MessageDocument"].as_manager()

    class Meta:
        verbose_name = "pièce jointe"
        verbose_name_plural = "pièces jointes"
        constraints = [models.UniqueConstraint(fields=["message", "document"], name="message_document_once")]

    def __str__(self) -> str:
        return f"{self.message_id} {self.document_id}"


class ThreadReadQuerySet(TenantQuerySet["ThreadRead"]):
    """The vocabulary of what was read."""

    def visible_to(self, actor: Actor) -> "ThreadReadQuerySet":
        rows = super().visible_to(actor)
        return rows.filter(user=actor.user_id) if actor.kind == Kind.REPAIRER else rows

    def unread_of(self, actor: Actor) -> "ThreadReadQuerySet":
        return self.visible_to(actor).filter(user=actor.user_id, told_id__gt=F("read_id"))


class ThreadRead(OfDossier):
    """How far one person of a shop was told, and has read: unread is what was told beyond what was read.

    A row comes with the first message of the cabinet that reaches that person; who joins later has nothing unread.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="+", db_index=False)
    thread = models.ForeignKey(Thread, models.CASCADE, related_name="reads", db_index=False)
    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="+")
    told_id = models.BigIntegerField(default=0)  # the newest message of the cabinet
    read_id = models.BigIntegerField(default=0)  # the newest message seen

    tenant_paths = {Kind.REPAIRER: BY_ESTABLISHMENT}
    objects = ThreadReadQuerySet.as_manager()

    class Meta:
        verbose_name = "lecture"
        constraints = [models.UniqueConstraint(fields=["thread", "user"], name="thread_read_once")]
        indexes = [
            models.Index(fields=["user", "thread"], condition=Q(told_id__gt=F("read_id")), name="thread_unread")
        ]

    def __str__(self) -> str:
        return f"{self.thread_id} {self.user_id}"


UNREAD_COUNTED = 100  # more is told as « 99+ »
read_beside(
    "messages",
    f"""SELECT count(*) FROM (
      SELECT FROM messaging_threadread r
      WHERE r.user_id = (SELECT scope_user()) AND r.told_id > r.read_id
        AND {shown_to_shop("r")}
      LIMIT {UNREAD_COUNTED}) AS seen""",
)
