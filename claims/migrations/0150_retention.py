"""How long a cabinet keeps its closed dossiers."""

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("claims", "0046_expert")]
    operations = [
        migrations.AddField(
            "cabinetrules",
            "retention_years",
            models.PositiveSmallIntegerField(
                db_default=5,
                default=5,
                help_text="Passé ce temps après la clôture, la purge efface le dossier, ses fichiers et ses échanges.",
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(30),
                ],
                verbose_name="dossiers clos conservés, en années",
            ),
        ),
        migrations.AddConstraint(
            "cabinetrules",
            models.CheckConstraint(
                condition=models.Q(("retention_years__range", (1, 30))), name="rules_retention_years"
            ),
        ),
    ]
