"""Announcements and who has read them, with their fences."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from accounts.rowsecurity import CABINET, USER, IsolateRows, any_of

SIGNED_IN = "(SELECT scope_user()) IS NOT NULL"
STAFF = "COALESCE(cardinality((SELECT scope_ids('portal.cabinets'))), 0) > 0"
SHOP = "COALESCE(cardinality((SELECT scope_ids('portal.establishments'))), 0) > 0"
# A suspended link is no partnership.
PARTNER = "cabinet_id IN (SELECT l.cabinet_id FROM accounts_cabinetestablishment l WHERE l.suspended_at IS NULL)"
OF_NETWORK = (
    f"(cabinet_id IS NULL AND published_from <= now() AND ((audience = 'all' AND {SIGNED_IN})"
    f" OR (audience = 'staff' AND {STAFF}) OR (audience = 'shops' AND {SHOP})))"
)
OF_PARTNER = f"(audience <> 'staff' AND published_from <= now() AND {SHOP} AND {PARTNER})"


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0051_threads"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name="Announcement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "audience",
                    models.CharField(
                        choices=[
                            ("all", "tous"),
                            ("shops", "les réparateurs"),
                            ("staff", "le personnel des cabinets"),
                        ],
                        default="all",
                        max_length=5,
                        verbose_name="pour",
                    ),
                ),
                ("title", models.CharField(max_length=120, verbose_name="titre")),
                (
                    "text",
                    models.TextField(
                        help_text="Du texte simple : les lignes vides séparent les paragraphes.",
                        max_length=4000,
                        verbose_name="texte",
                    ),
                ),
                (
                    "published_from",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="à partir du"),
                ),
                (
                    "published_until",
                    models.DateTimeField(blank=True, help_text="Vide : sans fin.", null=True, verbose_name="jusqu’au"),
                ),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="écrite le"),
                ),
                (
                    "cabinet",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        help_text="Vide : tout le réseau. Sinon : ce cabinet et ses réparateurs.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.cabinet",
                        verbose_name="cabinet",
                    ),
                ),
            ],
            options={
                "verbose_name": "mise à jour du service",
                "verbose_name_plural": "mises à jour du service",
                "indexes": [models.Index(fields=["cabinet", "-published_from"], name="announcement_cabinet")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("published_until", None),
                            ("published_until__gt", models.F("published_from")),
                            _connector="OR",
                        ),
                        name="announcement_ends_after_begin",
                        violation_error_message="La fin vient après le début.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="AnnouncementReading",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("read_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="lue le")),
                (
                    "announcement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="readings",
                        to="messaging.announcement",
                        verbose_name="mise à jour",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="personne",
                    ),
                ),
            ],
            options={
                "verbose_name": "lecture d’une mise à jour",
                "verbose_name_plural": "lectures des mises à jour",
                "constraints": [
                    models.UniqueConstraint(fields=("user", "announcement"), name="announcement_read_once")
                ],
            },
        ),
        IsolateRows("announcement", read=any_of(CABINET, OF_NETWORK, OF_PARTNER), write=any_of(CABINET)),
        IsolateRows("announcementreading", read=any_of(USER)),
    ]
