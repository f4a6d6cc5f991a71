"""Versions read, deposits checked, archives ordered; the fences of the new tables, and the versions there are."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from accounts.rowsecurity import CABINET, CABINET_OF_DOSSIER, ESTABLISHMENT, USER, InheritTenant, IsolateRows, any_of

# A shop's person says for themself, of a document of that dossier.
READ_IT = (
    f"({ESTABLISHMENT} AND {USER} AND EXISTS (SELECT FROM claims_document d"
    " WHERE d.id = claims_acknowledgement.document_id AND d.dossier_id = claims_acknowledgement.dossier_id))"
)
NUMBER = """
SELECT portal_enter_system('upkeep');
UPDATE claims_document d SET version = numbered.version FROM (
  SELECT id, row_number() OVER (PARTITION BY dossier_id, kind = 'prise_en_charge' ORDER BY published_at, id) AS version
  FROM claims_document WHERE direction = 'received' AND kind IN ('rapport_provisoire', 'rapport', 'prise_en_charge')
) AS numbered WHERE numbered.id = d.id;
SELECT portal_enter_nobody();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0010_sign_up"),
        ("claims", "0004_missing_dossier"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Acknowledgement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveSmallIntegerField(verbose_name="version")),
                ("reader", models.CharField(max_length=160, verbose_name="pour")),
                ("role", models.CharField(blank=True, max_length=20, verbose_name="rôle")),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="le")),
            ],
            options={
                "verbose_name": "prise de connaissance",
                "verbose_name_plural": "prises de connaissance",
            },
        ),
        migrations.CreateModel(
            name="Export",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("name", models.CharField(max_length=120, verbose_name="nom du fichier")),
                ("manifest", models.JSONField(default=list, verbose_name="contenu")),
                ("fingerprint", models.CharField(max_length=64, verbose_name="empreinte du contenu")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("ordered", "en attente"),
                            ("building", "en préparation"),
                            ("ready", "prêt"),
                            ("failed", "échec"),
                            ("withdrawn", "retiré"),
                            ("expired", "expiré"),
                        ],
                        default="ordered",
                        max_length=9,
                        verbose_name="état",
                    ),
                ),
                ("reason", models.CharField(blank=True, default="", max_length=200, verbose_name="motif")),
                ("total_size", models.PositiveBigIntegerField(default=0, verbose_name="taille des fichiers")),
                ("done_size", models.PositiveBigIntegerField(default=0, verbose_name="taille traitée")),
                ("missing", models.JSONField(default=list, verbose_name="fichiers manquants")),
                ("file", models.CharField(blank=True, default="", max_length=120, verbose_name="fichier")),
                ("size", models.PositiveBigIntegerField(default=0, verbose_name="taille")),
                ("ordered_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="demandé le")),
                ("ready_at", models.DateTimeField(null=True, verbose_name="prêt le")),
                ("expires_at", models.DateTimeField(null=True, verbose_name="expire le")),
            ],
            options={
                "verbose_name": "export",
            },
        ),
        migrations.CreateModel(
            name="VerdictReason",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.CharField(max_length=120, verbose_name="motif")),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="ordre")),
            ],
            options={
                "verbose_name": "motif de non-conformité",
                "verbose_name_plural": "motifs de non-conformité",
            },
        ),
        migrations.AddField(
            model_name="document",
            name="resend_of",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="resends",
                to="claims.document",
                verbose_name="remplace le refusé",
            ),
        ),
        migrations.AddField(
            model_name="document",
            name="seen_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="vu par le cabinet le"),
        ),
        migrations.AddField(
            model_name="document",
            name="verdict",
            field=models.CharField(
                blank=True,
                choices=[("conforme", "conforme"), ("non_conforme", "non conforme")],
                default="",
                editable=False,
                max_length=12,
                verbose_name="vérification",
            ),
        ),
        migrations.AddField(
            model_name="document",
            name="verdict_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="vérifié le"),
        ),
        migrations.AddField(
            model_name="document",
            name="verdict_by",
            field=models.CharField(blank=True, default="", editable=False, max_length=160, verbose_name="vérifié par"),
        ),
        migrations.AddField(
            model_name="document",
            name="verdict_reason",
            field=models.CharField(blank=True, default="", editable=False, max_length=300, verbose_name="motif"),
        ),
        migrations.AddField(
            model_name="document",
            name="version",
            field=models.PositiveSmallIntegerField(editable=False, null=True, verbose_name="version"),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("verdict", ""), ("verdict_at", None)),
                    models.Q(models.Q(("verdict", ""), _negated=True), ("verdict_at__isnull", False)),
                    _connector="OR",
                ),
                name="document_verdict_has_a_date",
            ),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("verdict", "non_conforme"), _negated=True),
                    models.Q(("verdict_reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="document_refused_says_why",
            ),
        ),
        migrations.AddField(
            model_name="acknowledgement",
            name="cabinet",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.cabinet",
                verbose_name="cabinet",
            ),
        ),
        migrations.AddField(
            model_name="acknowledgement",
            name="document",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="acknowledgements",
                to="claims.document",
                verbose_name="document",
            ),
        ),
        migrations.AddField(
            model_name="acknowledgement",
            name="dossier",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="claims.dossier",
                verbose_name="dossier",
            ),
        ),
        migrations.AddField(
            model_name="acknowledgement",
            name="establishment",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.establishment",
                verbose_name="établissement",
            ),
        ),
        migrations.AddField(
            model_name="acknowledgement",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="personne",
            ),
        ),
        migrations.AddField(
            model_name="export",
            name="cabinet",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.cabinet",
                verbose_name="cabinet",
            ),
        ),
        migrations.AddField(
            model_name="export",
            name="dossier",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="claims.dossier",
                verbose_name="dossier",
            ),
        ),
        migrations.AddField(
            model_name="export",
            name="establishment",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.establishment",
                verbose_name="établissement",
            ),
        ),
        migrations.AddField(
            model_name="export",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="demandé par",
            ),
        ),
        migrations.AddField(
            model_name="verdictreason",
            name="cabinet",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="accounts.cabinet",
                verbose_name="cabinet",
            ),
        ),
        migrations.AddConstraint(
            model_name="acknowledgement",
            constraint=models.UniqueConstraint(fields=("document", "user"), name="acknowledged_once"),
        ),
        migrations.AddIndex(
            model_name="export",
            index=models.Index(condition=models.Q(("state", "ready")), fields=["expires_at"], name="export_to_expire"),
        ),
        migrations.AddConstraint(
            model_name="export",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "ready"), _negated=True),
                    models.Q(models.Q(("file", ""), _negated=True), ("expires_at__isnull", False)),
                    _connector="OR",
                ),
                name="export_ready_has_a_file",
            ),
        ),
        migrations.AddConstraint(
            model_name="verdictreason",
            constraint=models.UniqueConstraint(fields=("cabinet", "text"), name="verdict_reason_once"),
        ),
        IsolateRows(
            "acknowledgement",
            read=any_of(CABINET_OF_DOSSIER, ESTABLISHMENT),
            write=any_of(CABINET_OF_DOSSIER, READ_IT),
        ),
        IsolateRows("export", read=any_of(CABINET_OF_DOSSIER, f"({ESTABLISHMENT} AND {USER})")),
        IsolateRows("verdictreason", read=any_of(CABINET)),
        InheritTenant("acknowledgement", parent="claims_dossier", foreign_key="dossier_id"),
        InheritTenant("export", parent="claims_dossier", foreign_key="dossier_id"),
        migrations.RunSQL(NUMBER, migrations.RunSQL.noop),
    ]
