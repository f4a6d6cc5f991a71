"""Guided photos: what a cabinet wants to see of a car, the sets of photos, and their fence."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from accounts.rowsecurity import CABINET, CABINET_OF_DOSSIER, ESTABLISHMENT, InheritTenant, IsolateRows, any_of

# A suspended link is no partnership.
PARTNER = "cabinet_id IN (SELECT l.cabinet_id FROM accounts_cabinetestablishment l WHERE l.suspended_at IS NULL)"
OF_DOSSIER = any_of(CABINET_OF_DOSSIER, ESTABLISHMENT)

# Every cabinet begins with the list of the trade, whoever made it and however; it changes the list as it likes.
SEED = """
CREATE FUNCTION cabinet_shots(cabinet bigint) RETURNS void LANGUAGE sql SET search_path = public AS $$
  INSERT INTO claims_shotkind (cabinet_id, position, drawing, label, advice, is_required) VALUES
    ($1, 10, 'avant_gauche', 'Angle avant gauche', 'Toute la voiture dans l’image, à trois pas.', true),
    ($1, 20, 'avant_droit', 'Angle avant droit', 'Toute la voiture dans l’image, à trois pas.', true),
    ($1, 30, 'arriere_gauche', 'Angle arrière gauche', 'Toute la voiture dans l’image, à trois pas.', true),
    ($1, 40, 'arriere_droit', 'Angle arrière droit', 'Toute la voiture dans l’image, à trois pas.', true),
    ($1, 50, 'plaque', 'Plaque d’immatriculation', 'De face : chaque caractère se lit.', true),
    ($1, 60, 'vin', 'Numéro de série (VIN)', 'Sur le pare-brise ou la portière : les 17 caractères se lisent.', true),
    ($1, 70, 'compteur', 'Compteur kilométrique', 'Contact mis : le kilométrage se lit.', true),
    ($1, 80, 'dommage_loin', 'Dommage, de loin', 'À deux mètres : on reconnaît l’endroit de la voiture.', true),
    ($1, 90, 'dommage_pres', 'Dommage, de près', 'À trente centimètres, sans flash.', true),
    ($1, 100, 'carte_grise', 'Certificat d’immatriculation', 'À plat, les quatre bords dans l’image.', false);
$$;
CREATE FUNCTION make_cabinet_shots() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$
BEGIN
  PERFORM cabinet_shots(NEW.id);
  RETURN NULL;
END $$;
CREATE TRIGGER make_shots AFTER INSERT ON accounts_cabinet FOR EACH ROW EXECUTE FUNCTION make_cabinet_shots();
SELECT portal_enter_system('migration');
SELECT cabinet_shots(id) FROM accounts_cabinet;
SELECT portal_enter_nobody();
"""
UNSEED = """
DROP TRIGGER make_shots ON accounts_cabinet;
DROP FUNCTION make_cabinet_shots();
DROP FUNCTION cabinet_shots(bigint);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0032_suspension_reason"),
        ("claims", "0083_supplements"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="dossierfacts",
            name="remote_sent_at",
            field=models.DateTimeField(
                editable=False, null=True, verbose_name="dossier d’expertise à distance envoyé le"
            ),
        ),
        migrations.AddField(
            model_name="upload",
            name="height",
            field=models.PositiveIntegerField(null=True, verbose_name="hauteur"),
        ),
        migrations.AddField(
            model_name="upload",
            name="sharpness",
            field=models.PositiveIntegerField(null=True, verbose_name="netteté"),
        ),
        migrations.AddField(
            model_name="upload",
            name="width",
            field=models.PositiveIntegerField(null=True, verbose_name="largeur"),
        ),
        migrations.AlterField(
            model_name="deposit",
            name="kind",
            field=models.CharField(
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
                    ("ead", "Dossier EAD"),
                    ("esd", "Examen sans déplacement (ESD)"),
                    ("autre", "Autre document"),
                ],
                max_length=20,
                verbose_name="type",
            ),
        ),
        migrations.AlterField(
            model_name="document",
            name="kind",
            field=models.CharField(
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
                    ("ead", "Dossier EAD"),
                    ("esd", "Examen sans déplacement (ESD)"),
                    ("autre", "Autre document"),
                ],
                max_length=20,
                verbose_name="type",
            ),
        ),
        migrations.CreateModel(
            name="Shot",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField(verbose_name="place")),
                ("label", models.CharField(max_length=60, verbose_name="vue")),
                ("advice", models.CharField(blank=True, default="", max_length=160, verbose_name="conseil")),
                (
                    "drawing",
                    models.CharField(
                        choices=[
                            ("avant_gauche", "angle avant gauche"),
                            ("avant_droit", "angle avant droit"),
                            ("arriere_gauche", "angle arrière gauche"),
                            ("arriere_droit", "angle arrière droit"),
                            ("plaque", "plaque d’immatriculation"),
                            ("vin", "numéro de série"),
                            ("compteur", "compteur"),
                            ("dommage_loin", "dommage de loin"),
                            ("dommage_pres", "dommage de près"),
                            ("carte_grise", "certificat d’immatriculation"),
                            ("autre", "autre photo"),
                        ],
                        max_length=16,
                        verbose_name="dessin",
                    ),
                ),
                ("is_required", models.BooleanField(default=True, verbose_name="obligatoire")),
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
                    "document",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="claims.document"
                    ),
                ),
                (
                    "dossier",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
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
                "verbose_name": "photo d’une série",
                "verbose_name_plural": "photos des séries",
            },
        ),
        migrations.AddField(
            model_name="upload",
            name="shot",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="uploads", to="claims.shot"
            ),
        ),
        migrations.CreateModel(
            name="ShotSet",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "exam",
                    models.CharField(
                        choices=[
                            ("ead", "Dossier d’expertise à distance (EAD)"),
                            ("esd", "Examen sans déplacement (ESD)"),
                        ],
                        max_length=3,
                        verbose_name="examen",
                    ),
                ),
                (
                    "safety",
                    models.CharField(
                        blank=True,
                        choices=[("", "pas encore dit"), ("non", "non"), ("oui", "oui"), ("doute", "je ne sais pas")],
                        default="",
                        max_length=5,
                        verbose_name="organes de sécurité touchés",
                    ),
                ),
                ("begun_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="commencé le")),
                ("draft", models.BigIntegerField(null=True, verbose_name="brouillon")),
                ("sent_at", models.DateTimeField(null=True, verbose_name="envoyé le")),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="commencé par",
                    ),
                ),
                (
                    "book",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="claims.document",
                        verbose_name="album PDF",
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
                    ),
                ),
                (
                    "deposit",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="shot_set",
                        to="claims.deposit",
                        verbose_name="envoi",
                    ),
                ),
                (
                    "dossier",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="shot_sets",
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
                "verbose_name": "série de photos",
                "verbose_name_plural": "séries de photos",
            },
        ),
        migrations.AddField(
            model_name="shot",
            name="shot_set",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="shots", to="claims.shotset"
            ),
        ),
        migrations.CreateModel(
            name="ShotKind",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField(default=100, verbose_name="place")),
                ("label", models.CharField(max_length=60, verbose_name="vue")),
                ("advice", models.CharField(blank=True, default="", max_length=160, verbose_name="conseil")),
                (
                    "drawing",
                    models.CharField(
                        choices=[
                            ("avant_gauche", "angle avant gauche"),
                            ("avant_droit", "angle avant droit"),
                            ("arriere_gauche", "angle arrière gauche"),
                            ("arriere_droit", "angle arrière droit"),
                            ("plaque", "plaque d’immatriculation"),
                            ("vin", "numéro de série"),
                            ("compteur", "compteur"),
                            ("dommage_loin", "dommage de loin"),
                            ("dommage_pres", "dommage de près"),
                            ("carte_grise", "certificat d’immatriculation"),
                            ("autre", "autre photo"),
                        ],
                        default="autre",
                        max_length=16,
                        verbose_name="dessin",
                    ),
                ),
                ("is_required", models.BooleanField(default=True, verbose_name="obligatoire")),
                (
                    "cabinet",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.cabinet",
                        verbose_name="cabinet",
                    ),
                ),
            ],
            options={
                "verbose_name": "photo demandée",
                "verbose_name_plural": "photos demandées (EAD, ESD)",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("cabinet", "label"),
                        name="shot_kind_once",
                        violation_error_message="Cette vue est déjà dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "drawing__in",
                                [
                                    "avant_gauche",
                                    "avant_droit",
                                    "arriere_gauche",
                                    "arriere_droit",
                                    "plaque",
                                    "vin",
                                    "compteur",
                                    "dommage_loin",
                                    "dommage_pres",
                                    "carte_grise",
                                    "autre",
                                ],
                            )
                        ),
                        name="shot_kind_drawing_known",
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="shotset",
            index=models.Index(fields=["dossier", "-id"], name="shot_set_dossier"),
        ),
        migrations.AddConstraint(
            model_name="shotset",
            constraint=models.UniqueConstraint(
                condition=models.Q(("sent_at", None)), fields=("dossier", "exam"), name="shot_set_one_in_preparation"
            ),
        ),
        migrations.AddConstraint(
            model_name="shotset",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("deposit", None), ("sent_at", None)),
                    models.Q(("deposit__isnull", False), ("sent_at__isnull", False)),
                    _connector="OR",
                ),
                name="shot_set_sent_with_a_receipt",
            ),
        ),
        migrations.AddConstraint(
            model_name="shot",
            constraint=models.UniqueConstraint(fields=("shot_set", "position"), name="shot_place_once"),
        ),
        IsolateRows("shotset", read=OF_DOSSIER),
        InheritTenant("shotset", parent="claims_dossier", foreign_key="dossier_id"),
        IsolateRows("shot", read=OF_DOSSIER),
        InheritTenant("shot", parent="claims_dossier", foreign_key="dossier_id"),
        IsolateRows("shotkind", read=any_of(CABINET, PARTNER), write=any_of(CABINET)),
        migrations.RunSQL(SEED, UNSEED),
    ]
