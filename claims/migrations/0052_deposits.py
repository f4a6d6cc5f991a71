"""Files on their way, and the deposits they become."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import claims.models.deposits
from accounts.rowsecurity import CABINET_OF_DOSSIER, ESTABLISHMENT, InheritTenant, IsolateRows, any_of


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0011_typography"),
        ("claims", "0042_contacts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="document",
            name="shown",
            field=models.CharField(blank=True, default="", editable=False, max_length=120),
        ),
        migrations.AddField(
            model_name="document",
            name="pages",
            field=models.PositiveIntegerField(editable=False, null=True, verbose_name="pages"),
        ),
        migrations.AddField(
            model_name="document",
            name="safety",
            field=models.CharField(
                choices=[
                    ("clean", "vérifié"),
                    ("pending", "en cours d'analyse"),
                    ("infected", "refusé par l'antivirus"),
                ],
                default="clean",
                editable=False,
                max_length=8,
                verbose_name="analyse",
            ),
        ),
        migrations.AddField(
            model_name="document",
            name="thumbnail",
            field=models.CharField(blank=True, default="", editable=False, max_length=120),
        ),
        migrations.CreateModel(
            name="Deposit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=20, unique=True, verbose_name="n° d'accusé")),
                ("sender_label", models.CharField(max_length=160, verbose_name="envoyé par")),
                ("sender_role", models.CharField(blank=True, default="", max_length=40, verbose_name="en qualité de")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("ordre_mission", "Ordre de mission"),
                            ("prise_en_charge", "Prise en charge"),
                            ("rapport_provisoire", "Rapport provisoire"),
                            ("rapport", "Rapport définitif"),
                            ("pv", "PV d'expertise"),
                            ("courrier", "Courrier"),
                            ("devis", "Devis"),
                            ("facture", "Facture"),
                            ("controle_geometrie", "Contrôle de géométrie"),
                            ("controle_technique", "Dernier contrôle technique"),
                            ("facture_pieces", "Facture d'achat de pièce"),
                            ("photo", "Photo"),
                            ("autre", "Autre document"),
                        ],
                        max_length=20,
                        verbose_name="type",
                    ),
                ),
                ("comment", models.TextField(blank=True, default="", max_length=1000, verbose_name="commentaire")),
                ("key", models.CharField(max_length=64, verbose_name="clé d'envoi")),
                ("pdf", models.CharField(blank=True, default="", max_length=120, verbose_name="accusé en PDF")),
                ("sent_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="envoyé le")),
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
                    "dossier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deposits",
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="auteur",
                    ),
                ),
            ],
            options={
                "verbose_name": "envoi",
            },
        ),
        migrations.AddField(
            model_name="document",
            name="deposit",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="documents",
                to="claims.deposit",
                verbose_name="envoi",
            ),
        ),
        migrations.CreateModel(
            name="Upload",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("client_key", models.CharField(max_length=200, verbose_name="clé du navigateur")),
                ("name", models.CharField(max_length=160, verbose_name="nom")),
                (
                    "file",
                    models.FileField(
                        max_length=120, upload_to=claims.models.deposits.staging_key, verbose_name="fichier"
                    ),
                ),
                ("size", models.PositiveBigIntegerField(verbose_name="taille")),
                ("received", models.PositiveBigIntegerField(default=0, verbose_name="reçu")),
                ("sha256", models.CharField(blank=True, default="", max_length=64, verbose_name="empreinte SHA-256")),
                ("content_type", models.CharField(blank=True, default="", max_length=40, verbose_name="format")),
                ("pages", models.PositiveIntegerField(null=True, verbose_name="pages")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("receiving", "transfert en cours"),
                            ("checking", "vérification en cours"),
                            ("ready", "prêt à envoyer"),
                            ("refused", "refusé"),
                        ],
                        default="receiving",
                        max_length=10,
                        verbose_name="état",
                    ),
                ),
                ("refusal", models.CharField(blank=True, default="", max_length=300, verbose_name="motif de refus")),
                ("warnings", models.JSONField(default=list, verbose_name="avertissements")),
                ("scanned", models.BooleanField(default=False, verbose_name="antivirus passé")),
                ("shown", models.CharField(blank=True, default="", max_length=120)),
                ("thumbnail", models.CharField(blank=True, default="", max_length=120)),
                ("position", models.PositiveIntegerField(default=0, verbose_name="place")),
                ("parts", models.JSONField(default=list, verbose_name="photos réunies")),
                ("draft", models.BigIntegerField(null=True, verbose_name="brouillon")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="reçu le")),
                (
                    "expires_at",
                    models.DateTimeField(default=claims.models.deposits.in_a_day, verbose_name="gardé jusqu'au"),
                ),
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
                    "deposit",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="uploads",
                        to="claims.deposit",
                    ),
                ),
                (
                    "dossier",
                    models.ForeignKey(
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="auteur",
                    ),
                ),
            ],
            options={
                "verbose_name": "fichier en préparation",
                "verbose_name_plural": "fichiers en préparation",
            },
        ),
        migrations.AddIndex(
            model_name="deposit",
            index=models.Index(fields=["dossier", "-sent_at"], name="deposit_dossier"),
        ),
        migrations.AddConstraint(
            model_name="deposit",
            constraint=models.UniqueConstraint(fields=("user", "key"), name="deposit_once"),
        ),
        migrations.AddIndex(
            model_name="upload",
            index=models.Index(condition=models.Q(("deposit", None)), fields=["expires_at"], name="upload_to_expire"),
        ),
        migrations.AddIndex(
            model_name="upload",
            index=models.Index(fields=["establishment", "created_at"], name="upload_of_a_day"),
        ),
        migrations.AddConstraint(
            model_name="upload",
            constraint=models.UniqueConstraint(
                condition=models.Q(("deposit", None), ("draft", None)),
                fields=("user", "dossier", "client_key"),
                name="upload_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="upload",
            constraint=models.CheckConstraint(
                condition=models.Q(("received__lte", models.F("size"))), name="upload_within_its_size"
            ),
        ),
        IsolateRows("deposit", read=any_of(CABINET_OF_DOSSIER, ESTABLISHMENT)),
        InheritTenant("deposit", parent="claims_dossier", foreign_key="dossier_id"),
        # A cabinet sees nothing of what is not sent yet.
        IsolateRows("upload", read=any_of(ESTABLISHMENT)),
        InheritTenant("upload", parent="claims_dossier", foreign_key="dossier_id"),
    ]
