"""What arrived for the people of a shop, until they read it."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.beside import read_beside, shown_to_shop
from accounts.models import Cabinet, Establishment, User
from accounts.scope import BY_ESTABLISHMENT, Actor, Kind, TenantModel, TenantQuerySet
from claims.models import Dossier


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
    thread = models.UUIDField("échange", null=True, editable=False)
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
