"""« Mises à jour du service » (BCA-14): what the network tells everybody, or a cabinet its shops and its staff."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.beside import read_beside
from accounts.models import Cabinet, User
from accounts.scope import BY_CABINET, BY_USER, Kind, TenantModel, TenantQuerySet


class AnnouncementQuerySet(TenantQuerySet["Announcement"]):
    """The vocabulary of announcements; `visible_to` is who may write them, the services say who reads them."""

    def published(self) -> "AnnouncementQuerySet":
        now = timezone.now()
        return self.filter(Q(published_until=None) | Q(published_until__gt=now), published_from__lte=now)

    def newest_first(self) -> "AnnouncementQuerySet":
        return self.order_by("-published_from", "-pk")


class Announcement(TenantModel):
    """Plain text, read by its audience between two moments; without a cabinet it is the network's."""

    class Audience(models.TextChoices):
        ALL = "all", "tous"
        SHOPS = "shops", "les réparateurs"
        STAFF = "staff", "le personnel des cabinets"

    cabinet = models.ForeignKey(
        Cabinet,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name="cabinet",
        help_text="Vide : tout le réseau. Sinon : ce cabinet et ses réparateurs.",
    )
    audience = models.CharField("pour", max_length=5, choices=Audience, default=Audience.ALL)
    title = models.CharField("titre", max_length=120)
    text = models.TextField(
        "texte", max_length=4000, help_text="Du texte simple : les lignes vides séparent les paragraphes."
    )
    published_from = models.DateTimeField("à partir du", default=timezone.now)
    published_until = models.DateTimeField("jusqu’au", null=True, blank=True, help_text="Vide : sans fin.")
    created_at = models.DateTimeField("écrite le", default=timezone.now, editable=False)

    tenant_paths = {Kind.STAFF: BY_CABINET}
    objects = AnnouncementQuerySet.as_manager()

    class Meta:
        verbose_name = "mise à jour du service"
        verbose_name_plural = "mises à jour du service"
        constraints = [
            models.CheckConstraint(
                condition=Q(published_until=None) | Q(published_until__gt=F("published_from")),
                name="announcement_ends_after_begin",
                violation_error_message="La fin vient après le début.",
            )
        ]
        indexes = [models.Index(fields=["cabinet", "-published_from"], name="announcement_cabinet")]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        if not self.text.strip():
            raise ValidationError({"text": "Écrivez quelques mots."})


class AnnouncementReading(TenantModel):
    """« Marquer comme lu »: from then on it is no longer shown at sign-in, but stays on its page."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+", db_index=False, verbose_name="personne")
    announcement = models.ForeignKey(Announcement, models.CASCADE, related_name="readings", verbose_name="mise à jour")
    read_at = models.DateTimeField("lue le", default=timezone.now)

    tenant_paths = {Kind.REPAIRER: BY_USER, Kind.STAFF: BY_USER, Kind.PENDING: BY_USER}
    objects = TenantQuerySet["AnnouncementReading"].as_manager()

    class Meta:
        verbose_name = "lecture d’une mise à jour"
        verbose_name_plural = "lectures des mises à jour"
        constraints = [models.UniqueConstraint(fields=["user", "announcement"], name="announcement_read_once")]

    def __str__(self) -> str:
        return f"{self.announcement_id} {self.read_at:%Y-%m-%d}"


# Row-level security has left out what is not for this person's side; a cabinet's staff also write to its shops.
read_beside(
    "updates",
    """SELECT count(*) FROM messaging_announcement a
      WHERE a.published_from <= now() AND (a.published_until IS NULL OR a.published_until > now())
        AND a.audience IN ('all', CASE e.found->>'kind' WHEN 'repairer' THEN 'shops' ELSE 'staff' END)
        AND (a.cabinet_id IS NULL OR e.found->>'kind' <> 'network')
        AND NOT EXISTS (SELECT FROM messaging_announcementreading r
          WHERE r.announcement_id = a.id AND r.user_id = (SELECT scope_user()))""",
)
