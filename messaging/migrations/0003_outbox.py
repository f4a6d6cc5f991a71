"""The outbox's order per person and object, and attempts that may count for months."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging", "0002_isolation")]
    operations = [
        migrations.AlterField(
            model_name="notification",
            name="attempts",
            field=models.PositiveIntegerField(default=0, verbose_name="essais"),
        ),
        migrations.AddIndex(
            model_name="notification",
            index=models.Index(
                condition=models.Q(("state", "queued")),
                fields=["recipient", "subject_type", "subject_id", "id"],
                name="notification_order",
            ),
        ),
    ]
