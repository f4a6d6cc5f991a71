"""Typographic apostrophes in what people read."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0062_announcements"),
    ]

    operations = [
        migrations.AlterField(
            model_name="notification",
            name="leased_until",
            field=models.DateTimeField(blank=True, null=True, verbose_name="réservé jusqu’à"),
        ),
        migrations.AlterField(
            model_name="subject",
            name="kinds",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("pv", "PV d’expertise"),
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
                        ("autre", "Autre document"),
                    ],
                    max_length=20,
                ),
                blank=True,
                default=list,
                size=None,
                verbose_name="types de document, au choix",
            ),
        ),
        migrations.AlterField(
            model_name="subject",
            name="pdf_kind",
            field=models.CharField(
                blank=True,
                choices=[
                    ("pv", "PV d’expertise"),
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
                    ("autre", "Autre document"),
                ],
                default="",
                max_length=20,
                verbose_name="type d’un PDF",
            ),
        ),
        migrations.AlterField(
            model_name="subject",
            name="photo_kind",
            field=models.CharField(
                blank=True,
                choices=[
                    ("pv", "PV d’expertise"),
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
                    ("autre", "Autre document"),
                ],
                default="",
                max_length=20,
                verbose_name="type d’une photo",
            ),
        ),
    ]
