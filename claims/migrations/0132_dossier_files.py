"""Files of dossiers brought in by the browser: of those who see the whole cabinet."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import claims.models.imports
from accounts.rowsecurity import CABINET, WHOLE_CABINET, IsolateRows, any_of


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0130_row_history"),
        ("claims", "0131_row_history"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DossierFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(editable=False, max_length=160, verbose_name="fichier")),
                (
                    "file",
                    models.FileField(
                        max_length=120, upload_to=claims.models.imports.import_key, verbose_name="fichier CSV ou XLSX"
                    ),
                ),
                ("size", models.PositiveBigIntegerField(default=0, editable=False, verbose_name="taille")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("checking", "essai en cours"),
                            ("checked", "essayé, à importer"),
                            ("importing", "import en cours"),
                            ("done", "importé"),
                            ("refused", "refusé"),
                        ],
                        default="checking",
                        editable=False,
                        max_length=9,
                        verbose_name="état",
                    ),
                ),
                (
                    "reason",
                    models.CharField(blank=True, default="", editable=False, max_length=300, verbose_name="motif"),
                ),
                ("report", models.JSONField(default=dict, editable=False, verbose_name="bilan")),
                ("rejects", models.CharField(blank=True, default="", editable=False, max_length=120)),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="déposé le"),
                ),
                ("ended_at", models.DateTimeField(editable=False, null=True, verbose_name="terminé le")),
                (
                    "cabinet",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.cabinet",
                        verbose_name="cabinet",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="par",
                    ),
                ),
            ],
            options={
                "verbose_name": "fichier de dossiers",
                "verbose_name_plural": "fichiers de dossiers",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["done", "refused"]), _negated=True)
                        | models.Q(("ended_at__isnull", False)),
                        name="dossierfile_ended",
                    )
                ],
            },
        ),
        IsolateRows("dossierfile", read=any_of(f"({CABINET} AND {WHOLE_CABINET})")),
    ]
