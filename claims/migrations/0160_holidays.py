"""A passage may take place on a public holiday, when its rule says so."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("claims", "0190_covering")]
    operations = [
        migrations.AddField(
            "passage",
            "on_holidays",
            models.BooleanField(
                db_default=False,
                default=False,
                help_text="Sans cela, un passage qui tombe un jour férié n’est pas proposé ce jour-là.",
                verbose_name="jours fériés compris",
            ),
        ),
    ]
