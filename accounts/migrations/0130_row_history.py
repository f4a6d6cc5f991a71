"""What rows said before, written by the database; read by the cabinet they belong to, and by the network."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

from accounts.rowhistory import BY_TRIGGER, FUNCTION, WITHDRAW, KeepHistory
from accounts.rowsecurity import ENTRUSTED_SITE, IsolateRows, any_of, entrusted_dossier, expert_dossier, of_cabinet

OF_CABINET = of_cabinet(
    ENTRUSTED_SITE,
    entrusted_dossier("dossier_id"),
    expert_dossier("dossier_id"),
    "(establishment_id IS NULL AND dossier_id IS NULL)",
)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0041_expert"),
        ("claims", "0130_queues"),  # a policy reads whose expert's a dossier is
    ]

    operations = [
        migrations.CreateModel(
            name="RowChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("subject_type", models.CharField(max_length=40, verbose_name="type")),
                ("subject_id", models.BigIntegerField(verbose_name="identifiant")),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="le")),
                (
                    "what",
                    models.CharField(
                        choices=[("added", "Ajout"), ("changed", "Modification"), ("deleted", "Suppression")],
                        max_length=8,
                        verbose_name="quoi",
                    ),
                ),
                ("changes", models.JSONField(default=dict, verbose_name="changements")),
                ("user_id", models.BigIntegerField(null=True, verbose_name="utilisateur")),
                ("acting", models.CharField(blank=True, default="", max_length=63, verbose_name="au nom de")),
                ("dossier_id", models.BigIntegerField(null=True, verbose_name="dossier")),
                (
                    "cabinet",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="accounts.cabinet",
                    ),
                ),
                (
                    "establishment",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="accounts.establishment",
                    ),
                ),
            ],
            options={
                "verbose_name": "changement",
                "indexes": [models.Index(fields=["subject_type", "subject_id", "-at"], name="rowchange_subject")],
            },
        ),
        IsolateRows("rowchange", read=any_of(OF_CABINET, BY_TRIGGER), write=BY_TRIGGER),
        migrations.RunSQL(FUNCTION, WITHDRAW),
        KeepHistory("user", untold=["password", "last_login"], added=True),
        KeepHistory("cabinetmember", added=True),
        KeepHistory("shopmember", added=True),
        KeepHistory("cabinet"),
        KeepHistory("cabinetestablishment", added=True),
        KeepHistory("organisation"),
        KeepHistory("establishment"),
    ]
