"""What is expected and asked, the facts of a dossier, a cabinet’s rules: their rows and their fence."""

import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

from accounts.rowsecurity import (
    CABINET,
    CABINET_OF_DOSSIER,
    ESTABLISHMENT,
    EVERYTHING,
    InheritTenant,
    IsolateRows,
    any_of,
)

# A cabinet always has its rules, whoever made it and however.
RULES = """
CREATE FUNCTION cabinet_rules() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$
BEGIN
  INSERT INTO claims_cabinetrules (cabinet_id) VALUES (NEW.id);
  RETURN NULL;
END $$;
CREATE TRIGGER make_rules AFTER INSERT ON accounts_cabinet FOR EACH ROW EXECUTE FUNCTION cabinet_rules();
SELECT portal_enter_system('migration');
INSERT INTO claims_cabinetrules (cabinet_id) SELECT id FROM accounts_cabinet;
SELECT portal_enter_nobody();
"""
OF_DOSSIER = any_of(CABINET_OF_DOSSIER, ESTABLISHMENT)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0011_typography"),
        ("claims", "0052_deposits"),
    ]

    operations = [
        migrations.CreateModel(
            name="CabinetRules",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "remote_days",
                    models.PositiveSmallIntegerField(
                        db_default=3,
                        default=3,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(90),
                        ],
                        verbose_name="dossier d’expertise à distance, sous",
                    ),
                ),
                (
                    "visit_days",
                    models.PositiveSmallIntegerField(
                        db_default=3,
                        default=3,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(90),
                        ],
                        verbose_name="date de rendez-vous, sous",
                    ),
                ),
                (
                    "documents_days",
                    models.PositiveSmallIntegerField(
                        db_default=5,
                        default=5,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(90),
                        ],
                        verbose_name="documents demandés, sous",
                    ),
                ),
                (
                    "invoice_days",
                    models.PositiveSmallIntegerField(
                        db_default=10,
                        default=10,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(90),
                        ],
                        verbose_name="facture définitive, sous",
                    ),
                ),
                (
                    "reminder_every",
                    models.PositiveSmallIntegerField(
                        db_default=5,
                        default=5,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(90),
                        ],
                        verbose_name="jours ouvrés entre deux relances",
                    ),
                ),
                (
                    "reminder_times",
                    models.PositiveSmallIntegerField(
                        db_default=3,
                        default=3,
                        help_text="0 : le portail ne relance pas les réparateurs du cabinet.",
                        validators=[django.core.validators.MaxValueValidator(10)],
                        verbose_name="relances au plus",
                    ),
                ),
                (
                    "extension_days",
                    models.PositiveSmallIntegerField(
                        db_default=5,
                        default=5,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(90),
                        ],
                        verbose_name="une prolongation ajoute",
                    ),
                ),
                (
                    "extension_times",
                    models.PositiveSmallIntegerField(
                        db_default=2,
                        default=2,
                        validators=[django.core.validators.MaxValueValidator(10)],
                        verbose_name="prolongations d’une demande, au plus",
                    ),
                ),
                (
                    "visit_threshold",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        help_text="Montant HT du dernier chiffrage, en euros. Vide : pas de conseil.",
                        max_digits=12,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="expertise sur place à partir de",
                    ),
                ),
                (
                    "visit_rule",
                    models.CharField(
                        blank=True,
                        db_default="",
                        default="",
                        help_text="Rappelée aux gestionnaires, par exemple : « choc avant, toujours sur place ».",
                        max_length=300,
                        verbose_name="autre règle de choix",
                    ),
                ),
                (
                    "cabinet",
                    models.OneToOneField(
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.cabinet",
                        verbose_name="cabinet",
                    ),
                ),
            ],
            options={
                "verbose_name": "règles de suivi",
                "verbose_name_plural": "règles de suivi",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reminder_every__gte", 1)), name="rules_reminders_apart"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DocumentRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kinds",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20),
                        size=None,
                        verbose_name="documents demandés",
                    ),
                ),
                ("text", models.TextField(blank=True, default="", max_length=1000, verbose_name="précisions")),
                ("asked_by", models.CharField(editable=False, max_length=160, verbose_name="demandé par")),
                (
                    "asked_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="demandé le"),
                ),
                ("due_on", models.DateField(verbose_name="attendu pour le")),
                (
                    "extensions",
                    models.PositiveSmallIntegerField(default=0, editable=False, verbose_name="prolongations"),
                ),
                (
                    "extensions_allowed",
                    models.PositiveSmallIntegerField(default=0, editable=False, verbose_name="prolongations au plus"),
                ),
                ("answered_at", models.DateTimeField(editable=False, null=True, verbose_name="envoyé le")),
                ("withdrawn_at", models.DateTimeField(editable=False, null=True, verbose_name="retirée le")),
                ("done_at", models.DateTimeField(editable=False, null=True, verbose_name="vérifié le")),
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
                    "dossier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="requests",
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
            ],
            options={
                "verbose_name": "demande de documents",
                "verbose_name_plural": "demandes de documents",
                "indexes": [models.Index(fields=["dossier", "asked_at"], name="request_dossier")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kinds__len__gt", 0)), name="request_asks_for_something"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("withdrawn_at", None), ("done_at", None), _connector="OR"),
                        name="request_ends_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DossierFacts",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "cover",
                    models.CharField(
                        blank=True,
                        choices=[("", "pas encore vérifiée"), ("oui", "acquise"), ("non", "non acquise")],
                        default="",
                        max_length=3,
                        verbose_name="garantie",
                    ),
                ),
                (
                    "accident_report_on",
                    models.DateField(blank=True, null=True, verbose_name="constat amiable reçu le"),
                ),
                (
                    "coverage_until",
                    models.DateField(blank=True, null=True, verbose_name="prise en charge valable jusqu’au"),
                ),
                (
                    "reminders_suspended_until",
                    models.DateField(blank=True, null=True, verbose_name="relances suspendues jusqu’au"),
                ),
                (
                    "suspension_reason",
                    models.CharField(blank=True, default="", max_length=200, verbose_name="motif de la suspension"),
                ),
                ("loan_from", models.DateField(blank=True, null=True, verbose_name="véhicule de prêt du")),
                ("loan_to", models.DateField(blank=True, null=True, verbose_name="au")),
                (
                    "inspection_until",
                    models.DateField(blank=True, null=True, verbose_name="contrôle technique valable jusqu’au"),
                ),
                (
                    "cabinet",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.cabinet",
                    ),
                ),
                (
                    "dossier",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="facts",
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
                    ),
                ),
            ],
            options={
                "verbose_name": "faits du dossier",
                "verbose_name_plural": "faits des dossiers",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("loan_to", None),
                            models.Q(("loan_from__isnull", False), ("loan_to__gte", models.F("loan_from"))),
                            _connector="OR",
                        ),
                        name="facts_loan_ends_after_it_begins",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("reminders_suspended_until", None), ("suspension_reason", "")),
                            models.Q(
                                ("reminders_suspended_until__isnull", False),
                                models.Q(("suspension_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="facts_suspended_for_a_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Expectation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "who",
                    models.CharField(
                        choices=[("shop", "réparateur"), ("cabinet", "cabinet")], max_length=8, verbose_name="qui"
                    ),
                ),
                ("kind", models.CharField(max_length=20, verbose_name="quoi")),
                ("object_id", models.BigIntegerField(default=0)),
                ("state_since", models.DateTimeField()),
                ("due_on", models.DateField(null=True, verbose_name="attendu pour le")),
                ("reminders", models.PositiveSmallIntegerField(default=0, verbose_name="relances")),
                ("reminded_on", models.DateField(null=True, verbose_name="dernière relance")),
                (
                    "cabinet",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.cabinet",
                    ),
                ),
                (
                    "dossier",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="expectations",
                        to="claims.dossier",
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
                    ),
                ),
            ],
            options={
                "verbose_name": "attente",
                "indexes": [
                    models.Index(
                        fields=["establishment", "who", "due_on", "id"], include=("cabinet",), name="expectation_shop"
                    ),
                    models.Index(
                        fields=["cabinet", "who", "due_on", "id"],
                        include=("establishment",),
                        name="expectation_cabinet",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("dossier", "kind", "object_id"), name="expectation_once")
                ],
            },
        ),
        IsolateRows("cabinetrules", read=any_of(CABINET)),
        IsolateRows("documentrequest", read=OF_DOSSIER),
        IsolateRows("dossierfacts", read=OF_DOSSIER),
        IsolateRows("expectation", read=OF_DOSSIER, write=EVERYTHING),
        InheritTenant("documentrequest", parent="claims_dossier", foreign_key="dossier_id"),
        InheritTenant("dossierfacts", parent="claims_dossier", foreign_key="dossier_id"),
        InheritTenant("expectation", parent="claims_dossier", foreign_key="dossier_id"),
        migrations.RunSQL(RULES, "DROP TRIGGER make_rules ON accounts_cabinet; DROP FUNCTION cabinet_rules();"),
    ]
