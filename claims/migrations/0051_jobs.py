"""Work that is ordered and done afterwards."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from accounts.rowsecurity import CABINET_OF_DOSSIER, ESTABLISHMENT, EVERYTHING, IsolateRows, any_of


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0010_sign_up"),
        ("claims", "0061_versions_verdicts_exports"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Job",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=40, verbose_name="travail")),
                ("subject_type", models.CharField(max_length=40, verbose_name="type")),
                ("subject_id", models.BigIntegerField(verbose_name="identifiant")),
                (
                    "state",
                    models.CharField(
                        choices=[("due", "à faire"), ("running", "en cours"), ("done", "fait"), ("failed", "échec")],
                        default="due",
                        max_length=8,
                        verbose_name="état",
                    ),
                ),
                ("due_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="pas avant")),
                ("lease_until", models.DateTimeField(null=True, verbose_name="réservé jusqu'à")),
                ("attempts", models.PositiveIntegerField(default=0, verbose_name="essais")),
                ("failures", models.PositiveIntegerField(default=0, verbose_name="échecs")),
                ("progress", models.PositiveSmallIntegerField(default=0, verbose_name="avancement")),
                ("error", models.CharField(blank=True, default="", max_length=80, verbose_name="dernière erreur")),
                ("reason", models.CharField(blank=True, default="", max_length=200, verbose_name="motif")),
                ("ordered_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="demandé le")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="terminé le")),
                (
                    "cabinet",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.cabinet",
                        verbose_name="cabinet",
                    ),
                ),
                (
                    "dossier",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="claims.dossier",
                        verbose_name="dossier",
                    ),
                ),
                (
                    "establishment",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.establishment",
                        verbose_name="établissement",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="demandé par",
                    ),
                ),
            ],
            options={
                "verbose_name": "travail",
                "verbose_name_plural": "travaux",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ["due", "running"])), fields=["due_at", "id"], name="job_due"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "subject_type", "subject_id"), name="job_once"),
                    models.CheckConstraint(condition=models.Q(("progress__lte", 100)), name="job_progress_per_cent"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("lease_until__isnull", False), ("state", "running")),
                            models.Q(models.Q(("state", "running"), _negated=True), ("lease_until", None)),
                            _connector="OR",
                        ),
                        name="job_running_has_a_lease",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", False), ("state__in", ["done", "failed"])),
                            models.Q(("ended_at", None), ("state__in", ["due", "running"])),
                            _connector="OR",
                        ),
                        name="job_ended_has_a_date",
                    ),
                ],
            },
        ),
        IsolateRows("job", read=any_of(CABINET_OF_DOSSIER, ESTABLISHMENT), write=EVERYTHING),
    ]
