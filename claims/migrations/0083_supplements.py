"""Compléments, and their fence."""

from decimal import Decimal

import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from accounts.rowsecurity import CABINET_OF_DOSSIER, ESTABLISHMENT, InheritTenant, IsolateRows, any_of


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0012_own_account"),
        ("claims", "0082_reminder_letters"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Supplement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField(editable=False, verbose_name="n°")),
                ("comment", models.TextField(blank=True, default="", max_length=4000, verbose_name="commentaire")),
                (
                    "amount_asked",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        max_digits=12,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(Decimal(0))],
                        verbose_name="montant demandé HT",
                    ),
                ),
                ("sender_label", models.CharField(editable=False, max_length=160, verbose_name="demandé par")),
                ("key", models.CharField(editable=False, max_length=64)),
                (
                    "asked_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="demandé le"),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("pending", "en attente de l’expert"),
                            ("accepted", "accepté"),
                            ("partial", "accepté en partie"),
                            ("refused", "refusé"),
                        ],
                        default="pending",
                        editable=False,
                        max_length=8,
                        verbose_name="décision",
                    ),
                ),
                (
                    "amount_accepted",
                    models.DecimalField(
                        decimal_places=2, editable=False, max_digits=12, null=True, verbose_name="montant accepté HT"
                    ),
                ),
                (
                    "reason",
                    models.TextField(blank=True, default="", editable=False, max_length=1000, verbose_name="motif"),
                ),
                ("decided_at", models.DateTimeField(editable=False, null=True, verbose_name="décidé le")),
                (
                    "decided_by",
                    models.CharField(
                        blank=True, default="", editable=False, max_length=160, verbose_name="décidé par"
                    ),
                ),
                ("read_at", models.DateTimeField(editable=False, null=True, verbose_name="réponse lue le")),
                (
                    "author",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "cabinet",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.cabinet",
                        verbose_name="cabinet",
                    ),
                ),
                (
                    "deposit",
                    models.OneToOneField(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="supplement",
                        to="claims.deposit",
                        verbose_name="envoi",
                    ),
                ),
                (
                    "dossier",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="supplements",
                        to="claims.dossier",
                        verbose_name="dossier",
                    ),
                ),
                (
                    "establishment",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.establishment",
                        verbose_name="établissement",
                    ),
                ),
                (
                    "pdf",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="claims.document",
                    ),
                ),
            ],
            options={
                "verbose_name": "complément",
                "verbose_name_plural": "compléments",
                "constraints": [
                    models.UniqueConstraint(fields=("dossier", "number"), name="supplement_number_once"),
                    models.UniqueConstraint(fields=("author", "key"), name="supplement_sent_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("comment", ""), _negated=True), ("deposit__isnull", False), _connector="OR"
                        ),
                        name="supplement_says_something",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at", None), ("status", "pending")),
                            models.Q(models.Q(("status", "pending"), _negated=True), ("decided_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="supplement_decided_has_a_date",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status__in", ["partial", "refused"]), _negated=True),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="supplement_less_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "refused"), _negated=True), ("amount_accepted", None), _connector="OR"
                        ),
                        name="supplement_refused_no_amount",
                    ),
                ],
            },
        ),
        IsolateRows("supplement", read=any_of(CABINET_OF_DOSSIER, ESTABLISHMENT)),
        InheritTenant("supplement", parent="claims_dossier", foreign_key="dossier_id"),
    ]
