"""Typographic apostrophes in what people read."""

from django.db import migrations, models

import claims.models.deposits


class Migration(migrations.Migration):
    dependencies = [
        ("claims", "0132_dossier_files"),
    ]

    operations = [
        migrations.AlterField(
            model_name="deposit",
            name="key",
            field=models.CharField(max_length=64, verbose_name="clé d’envoi"),
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
                    ("pv", "PV d’expertise"),
                    ("courrier", "Courrier"),
                    ("devis", "Devis"),
                    ("facture", "Facture"),
                    ("controle_geometrie", "Contrôle de géométrie"),
                    ("controle_technique", "Dernier contrôle technique"),
                    ("facture_pieces", "Facture d’achat de pièce"),
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
            model_name="deposit",
            name="number",
            field=models.CharField(max_length=20, unique=True, verbose_name="n° d’accusé"),
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
                    ("pv", "PV d’expertise"),
                    ("courrier", "Courrier"),
                    ("devis", "Devis"),
                    ("facture", "Facture"),
                    ("controle_geometrie", "Contrôle de géométrie"),
                    ("controle_technique", "Dernier contrôle technique"),
                    ("facture_pieces", "Facture d’achat de pièce"),
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
            name="safety",
            field=models.CharField(
                choices=[
                    ("clean", "vérifié"),
                    ("pending", "en cours d’analyse"),
                    ("infected", "refusé par l’antivirus"),
                ],
                default="clean",
                editable=False,
                max_length=8,
                verbose_name="analyse",
            ),
        ),
        migrations.AlterField(
            model_name="dossier",
            name="expert_email",
            field=models.CharField(blank=True, default="", max_length=254, verbose_name="e-mail de l’expert"),
        ),
        migrations.AlterField(
            model_name="dossier",
            name="expertise_on",
            field=models.DateField(blank=True, null=True, verbose_name="date d’expertise"),
        ),
        migrations.AlterField(
            model_name="dossier",
            name="insured_email",
            field=models.CharField(blank=True, default="", max_length=254, verbose_name="e-mail de l’assuré"),
        ),
        migrations.AlterField(
            model_name="dossier",
            name="insured_phone",
            field=models.CharField(blank=True, default="", max_length=30, verbose_name="téléphone de l’assuré"),
        ),
        migrations.AlterField(
            model_name="dossier",
            name="state",
            field=models.CharField(
                choices=[
                    ("mission_recue", "Mission reçue"),
                    ("attente_ead", "Attente d’expertise à distance"),
                    ("attente_rdv", "Attente de rendez-vous"),
                    ("visite_planifiee", "Visite planifiée"),
                    ("attente_documents", "Attente de documents"),
                    ("en_cours", "En cours"),
                    ("attente_facture", "Attente de facture"),
                    ("termine", "Terminé"),
                ],
                default="mission_recue",
                editable=False,
                max_length=20,
                verbose_name="état",
            ),
        ),
        migrations.AlterField(
            model_name="job",
            name="lease_until",
            field=models.DateTimeField(null=True, verbose_name="réservé jusqu’à"),
        ),
        migrations.AlterField(
            model_name="upload",
            name="expires_at",
            field=models.DateTimeField(default=claims.models.deposits.in_a_day, verbose_name="gardé jusqu’au"),
        ),
    ]
