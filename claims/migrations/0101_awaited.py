"""What comes with a message has kinds of its own; another app may say what is expected about a dossier."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

from accounts.rowsecurity import CABINET_OF_DOSSIER, ESTABLISHMENT, InheritTenant, IsolateRows, any_of


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0051_answer_alone"),
        ("claims", "0091_former_plates"),
    ]

    operations = [
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
                    ("declaration_assure", "Déclaration de l’assuré"),
                    ("facture_accessoire", "Facture accessoire"),
                    ("certificat_immat", "Certificat d’immatriculation"),
                    ("ordre_reparation", "Ordre de réparations"),
                    ("dommages_suppl", "Dommages supplémentaires"),
                    ("supplement", "Supplément réparateur"),
                    ("suivi_ve", "Suivi VE"),
                    ("diag_adas", "Diagnostic ADAS"),
                    ("diagnostic", "Diagnostic"),
                    ("autorisation_enl", "Autorisation d’enlèvement"),
                    ("retour_epaviste", "Retour de l’épaviste"),
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
                    ("declaration_assure", "Déclaration de l’assuré"),
                    ("facture_accessoire", "Facture accessoire"),
                    ("certificat_immat", "Certificat d’immatriculation"),
                    ("ordre_reparation", "Ordre de réparations"),
                    ("dommages_suppl", "Dommages supplémentaires"),
                    ("supplement", "Supplément réparateur"),
                    ("suivi_ve", "Suivi VE"),
                    ("diag_adas", "Diagnostic ADAS"),
                    ("diagnostic", "Diagnostic"),
                    ("autorisation_enl", "Autorisation d’enlèvement"),
                    ("retour_epaviste", "Retour de l’épaviste"),
                    ("ead", "Dossier EAD"),
                    ("esd", "Examen sans déplacement (ESD)"),
                    ("autre", "Autre document"),
                ],
                max_length=20,
                verbose_name="type",
            ),
        ),
        migrations.CreateModel(
            name="Awaited",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=20, verbose_name="quoi")),
                ("object_id", models.BigIntegerField()),
                (
                    "who",
                    models.CharField(
                        choices=[("shop", "réparateur"), ("cabinet", "cabinet")], max_length=8, verbose_name="qui"
                    ),
                ),
                ("due_on", models.DateField(null=True, verbose_name="attendu pour le")),
                ("since", models.DateTimeField(default=django.utils.timezone.now, verbose_name="depuis")),
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
                "verbose_name": "réponse attendue",
                "verbose_name_plural": "réponses attendues",
                "constraints": [models.UniqueConstraint(fields=("dossier", "kind", "object_id"), name="awaited_once")],
            },
        ),
        # Written by the program alone; staff who correct a SIRET move them with their dossier.
        IsolateRows("awaited", read=any_of(CABINET_OF_DOSSIER, ESTABLISHMENT), write=any_of(CABINET_OF_DOSSIER)),
        InheritTenant("awaited", parent="claims_dossier", foreign_key="dossier_id"),
    ]
