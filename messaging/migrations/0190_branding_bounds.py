"""The same bounds without BETWEEN, which a restored base writes otherwise: `restauration` compares word by word."""

from django.db import migrations, models

BOUNDED = models.Q(("height", 0), ("logo", None), ("width", 0)) | models.Q(
    ("height__gte", 1), ("height__lte", 160), ("logo__isnull", False), ("width__gte", 1), ("width__lte", 480)
)


class Migration(migrations.Migration):
    dependencies = [("messaging", "0160_branding")]

    operations = [
        migrations.RemoveConstraint("mailbranding", "branding_logo_has_a_size"),
        migrations.AddConstraint(
            "mailbranding", models.CheckConstraint(condition=BOUNDED, name="branding_logo_has_a_size")
        ),
    ]
