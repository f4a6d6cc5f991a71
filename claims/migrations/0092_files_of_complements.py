"""Files prepared for a complément leave with it, those prepared for an envoi with that."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("claims", "0121_visits_taken")]
    operations = [
        migrations.AddField(
            "upload", "for_supplement", models.BooleanField(default=False, verbose_name="pour un complément")
        ),
    ]
