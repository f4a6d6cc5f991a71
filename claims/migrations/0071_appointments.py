"""The dates of dossiers, the « jours de passage », the agenda's feeds, and their fences."""

import datetime
import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from accounts.rowsecurity import (
    CABINET,
    CABINET_OF_DOSSIER,
    ESTABLISHMENT,
    USER,
    InheritTenant,
    IsolateRows,
    any_of,
)

# A shop reads what its cabinets say to everybody or to it; a suspended link is no partnership.
PARTNER = "cabinet_id IN (SELECT l.cabinet_id FROM accounts_cabinetestablishment l WHERE l.suspended_at IS NULL)"
TOLD = f"({PARTNER} AND (establishment_id IS NULL OR {ESTABLISHMENT}))"
# Of staff, a rule may name their own experts and shops only.
OWN_RULE = (
    f"({CABINET} AND (expert_id IS NULL OR EXISTS (SELECT FROM accounts_cabinetmember m"
    " WHERE m.id = expert_id AND m.cabinet_id = claims_passage.cabinet_id))"
    " AND (establishment_id IS NULL OR EXISTS (SELECT FROM accounts_cabinetestablishment l"
    " WHERE l.establishment_id = claims_passage.establishment_id AND l.cabinet_id = claims_passage.cabinet_id)))"
)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0031_staff_rights"),
        ("claims", "0031_staff_rights"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="dossier",
            name="visit_on",
            field=models.DateField(editable=False, null=True, verbose_name="date de RDV"),
        ),
        migrations.CreateModel(
            name="AgendaFeed",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("nonce", models.UUIDField(default=uuid.uuid4, editable=False)),
                (
                    "token_hash",
                    models.CharField(editable=False, max_length=64, unique=True, verbose_name="empreinte du secret"),
                ),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="créé le"),
                ),
                ("last_used_at", models.DateTimeField(editable=False, null=True, verbose_name="lu le")),
                (
                    "establishment",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.establishment",
                        verbose_name="établissement",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "abonnement à l’agenda",
                "verbose_name_plural": "abonnements à l’agenda",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("user", "establishment"), name="feed_one_a_person_and_site", nulls_distinct=False
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Appointment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("rdv_terrain", "RDV terrain"),
                            ("ead", "Expertise à distance (EAD)"),
                            ("reparation", "Réparation"),
                            ("livraison", "Livraison et facturation"),
                            ("examen_pendant", "Examen pendant travaux"),
                            ("examen_apres", "Examen après travaux"),
                        ],
                        max_length=14,
                        verbose_name="objet",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("proposed", "proposée par le réparateur"),
                            ("offered", "proposée par le cabinet"),
                            ("validated", "validée"),
                            ("refused", "refusée"),
                            ("withdrawn", "retirée"),
                            ("cancelled", "annulée"),
                        ],
                        max_length=9,
                        verbose_name="état",
                    ),
                ),
                ("is_current", models.BooleanField(default=True, editable=False, verbose_name="en cours")),
                ("starts_on", models.DateField(verbose_name="date")),
                ("ends_on", models.DateField(blank=True, null=True, verbose_name="jusqu’au")),
                (
                    "half",
                    models.CharField(
                        blank=True,
                        choices=[("", "dans la journée"), ("matin", "le matin"), ("apres_midi", "l’après-midi")],
                        default="",
                        max_length=10,
                        verbose_name="moment",
                    ),
                ),
                ("at", models.TimeField(blank=True, null=True, verbose_name="heure")),
                ("reason", models.CharField(blank=True, default="", max_length=300, verbose_name="motif")),
                ("version", models.PositiveIntegerField(default=0, editable=False, verbose_name="version")),
                (
                    "moved_by",
                    models.CharField(
                        choices=[("shop", "le réparateur"), ("cabinet", "le cabinet")],
                        editable=False,
                        max_length=7,
                        verbose_name="dernier geste",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="créée le"),
                ),
                (
                    "moved_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="modifiée le"
                    ),
                ),
                (
                    "asker",
                    models.ForeignKey(
                        editable=False,
                        null=True,
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
                    "dossier",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="appointments",
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
                "verbose_name": "date de dossier",
                "verbose_name_plural": "dates des dossiers",
                "indexes": [
                    models.Index(fields=["dossier", "kind"], name="appointment_dossier"),
                    models.Index(fields=["establishment", "starts_on"], name="appointment_est"),
                    models.Index(fields=["cabinet", "starts_on"], name="appointment_cab"),
                    models.Index(
                        condition=models.Q(("status", "proposed")),
                        fields=["cabinet", "moved_at"],
                        name="appointment_to_validate",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("is_current", True)),
                        fields=("dossier", "kind"),
                        name="appointment_one_current",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("is_current", True), ("status", "validated"), _connector="OR"),
                        name="appointment_past_was_kept",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                ["rdv_terrain", "ead", "reparation", "livraison", "examen_pendant", "examen_apres"],
                            )
                        ),
                        name="appointment_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["proposed", "offered", "validated", "refused", "withdrawn", "cancelled"])
                        ),
                        name="appointment_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_on", None),
                            models.Q(("ends_on__gte", models.F("starts_on")), ("kind", "reparation")),
                            _connector="OR",
                        ),
                        name="appointment_ends_after_start",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("at", None), ("half", ""), _connector="OR"),
                        name="appointment_hour_or_half",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status__in", ["refused", "cancelled"]), _negated=True),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="appointment_no_has_a_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Passage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "mode",
                    models.CharField(
                        choices=[("semaine", "chaque semaine"), ("ajout", "passage en plus"), ("absence", "absence")],
                        default="semaine",
                        max_length=8,
                        verbose_name="règle",
                    ),
                ),
                (
                    "weekday",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        choices=[
                            (0, "lundi"),
                            (1, "mardi"),
                            (2, "mercredi"),
                            (3, "jeudi"),
                            (4, "vendredi"),
                            (5, "samedi"),
                        ],
                        help_text="Pour un passage de chaque semaine.",
                        null=True,
                        verbose_name="jour",
                    ),
                ),
                (
                    "half",
                    models.CharField(
                        blank=True,
                        choices=[("", "dans la journée"), ("matin", "le matin"), ("apres_midi", "l’après-midi")],
                        default="",
                        max_length=10,
                        verbose_name="moment",
                    ),
                ),
                ("from_on", models.DateField(verbose_name="à partir du")),
                (
                    "to_on",
                    models.DateField(
                        blank=True, help_text="Ce jour compris. Vide : sans fin.", null=True, verbose_name="jusqu’au"
                    ),
                ),
                (
                    "postal_codes",
                    models.CharField(
                        blank=True,
                        help_text="Codes ou débuts de codes, séparés par des virgules : 74, 73100. Vide : partout.",
                        max_length=200,
                        verbose_name="codes postaux",
                    ),
                ),
                (
                    "sector",
                    models.CharField(
                        blank=True,
                        help_text="Lu par le réparateur : Annecy nord.",
                        max_length=60,
                        verbose_name="secteur",
                    ),
                ),
                (
                    "capacity",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="Par passage. Vide : sans limite.",
                        null=True,
                        verbose_name="visites au plus",
                    ),
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
                    "establishment",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.establishment",
                        verbose_name="établissement",
                    ),
                ),
                (
                    "expert",
                    models.ForeignKey(
                        blank=True,
                        help_text="Vide : tous les experts du cabinet.",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.cabinetmember",
                        verbose_name="expert",
                    ),
                ),
            ],
            options={
                "verbose_name": "jour de passage",
                "verbose_name_plural": "jours de passage",
                "indexes": [models.Index(fields=["cabinet", "expert"], name="passage_cabinet")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("mode", "semaine"), ("weekday__isnull", False)),
                            models.Q(("mode", "semaine"), _negated=True),
                            _connector="OR",
                        ),
                        name="passage_weekly_has_a_day",
                        violation_error_message="Choisissez le jour de la semaine.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("to_on", None), ("to_on__gte", models.F("from_on")), _connector="OR"),
                        name="passage_ends_after_start",
                        violation_error_message="La fin ne peut pas précéder le début.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="VisitPolicy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "other_dates",
                    models.BooleanField(
                        default=True,
                        help_text="Le réparateur peut proposer un jour où l’expert ne passe pas.",
                        verbose_name="autres dates acceptées",
                    ),
                ),
                ("morning_from", models.TimeField(default=datetime.time(8, 0), verbose_name="matin, de")),
                ("morning_to", models.TimeField(default=datetime.time(12, 0), verbose_name="à")),
                ("afternoon_from", models.TimeField(default=datetime.time(14, 0), verbose_name="après-midi, de")),
                ("afternoon_to", models.TimeField(default=datetime.time(18, 0), verbose_name="à")),
                (
                    "cabinet",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.cabinet",
                        verbose_name="cabinet",
                    ),
                ),
            ],
            options={
                "verbose_name": "règles de visite",
                "verbose_name_plural": "règles de visite",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("afternoon_from__lt", models.F("afternoon_to")),
                            ("morning_from__lt", models.F("morning_to")),
                        ),
                        name="visit_policy_hours",
                        violation_error_message="Une demi-journée finit après avoir commencé.",
                    )
                ],
            },
        ),
        IsolateRows("appointment", read=any_of(CABINET_OF_DOSSIER, ESTABLISHMENT)),
        InheritTenant("appointment", parent="claims_dossier", foreign_key="dossier_id"),
        IsolateRows("agendafeed", read=any_of(USER)),
        IsolateRows("passage", read=any_of(CABINET, TOLD), write=any_of(OWN_RULE)),
        IsolateRows("visitpolicy", read=any_of(CABINET, PARTNER), write=any_of(CABINET)),
    ]
