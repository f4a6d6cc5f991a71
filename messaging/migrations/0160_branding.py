"""A cabinet's logo and closing line, which its own staff read and write, and the program that sends its mails."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

from accounts.rowsecurity import CABINET, IsolateRows, any_of


class Migration(migrations.Migration):
    dependencies = [("messaging", "0140_typography")]
    operations = [
        migrations.CreateModel(
            name="MailBranding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("logo", models.BinaryField(null=True, verbose_name="logo")),
                ("width", models.PositiveSmallIntegerField(default=0, editable=False, verbose_name="largeur")),
                ("height", models.PositiveSmallIntegerField(default=0, editable=False, verbose_name="hauteur")),
                (
                    "closing",
                    models.CharField(
                        blank=True,
                        help_text="Sous la signature, par exemple : « Cabinet Exemple – 12 rue des Essais, 74000 "
                        "Annecy ».",
                        max_length=120,
                        verbose_name="ligne de fin",
                    ),
                ),
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
                "verbose_name": "présentation des e-mails",
                "verbose_name_plural": "présentation des e-mails",
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(height=0, logo=None, width=0)
                        | Q(height__range=(1, 160), logo__isnull=False, width__range=(1, 480)),
                        name="branding_logo_has_a_size",
                    )
                ],
            },
        ),
        IsolateRows("mailbranding", read=any_of(CABINET)),
    ]
