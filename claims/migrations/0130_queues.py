"""What waits for a cabinet is found without reading what does not."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("claims", "0150_retention"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="document",
            index=models.Index(
                condition=models.Q(("direction", "sent"), ("safety", "clean"), ("verdict", "")),
                fields=["cabinet", "published_at", "id"],
                name="document_to_check",
            ),
        ),
        migrations.AddIndex(
            model_name="document",
            index=models.Index(
                condition=models.Q(("direction", "sent"), ("verdict", "non_conforme")),
                fields=["cabinet", "published_at", "id"],
                name="document_refused",
            ),
        ),
        migrations.AddIndex(
            model_name="supplement",
            index=models.Index(
                condition=models.Q(("status", "pending")),
                fields=["cabinet", "asked_at"],
                name="supplement_to_decide",
            ),
        ),
    ]
