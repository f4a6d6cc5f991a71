"""Drafts wait for whoever answers for the company."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from accounts.rowsecurity import ESTABLISHMENT, IsolateRows, any_of


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_delegation_scope"),
    ]

    operations = [
        migrations.CreateModel(
            name="Draft",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("action", models.CharField(max_length=40, verbose_name="action")),
                ("summary", models.CharField(max_length=200, verbose_name="résumé")),
                ("payload", models.JSONField(default=dict, verbose_name="contenu")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("pending", "à valider"),
                            ("approved", "validé"),
                            ("amended", "amendé et envoyé"),
                            ("refused", "refusé"),
                        ],
                        default="pending",
                        max_length=8,
                        verbose_name="état",
                    ),
                ),
                (
                    "submitted_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="soumis le"),
                ),
                ("decided_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="décidé le")),
                (
                    "decided_by",
                    models.CharField(blank=True, editable=False, max_length=160, verbose_name="décidé par"),
                ),
                ("reason", models.TextField(blank=True, max_length=500, verbose_name="motif")),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="auteur",
                    ),
                ),
                (
                    "cabinet",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.cabinet",
                        verbose_name="cabinet",
                    ),
                ),
                (
                    "establishment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.establishment",
                        verbose_name="établissement",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.organisation",
                        verbose_name="organisation",
                    ),
                ),
            ],
            options={
                "verbose_name": "brouillon à valider",
                "verbose_name_plural": "brouillons à valider",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at", None), ("state", "pending")),
                            models.Q(models.Q(("state", "pending"), _negated=True), ("decided_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="draft_decided_has_a_date",
                    )
                ],
            },
        ),
        IsolateRows("draft", read=any_of(ESTABLISHMENT)),
    ]
