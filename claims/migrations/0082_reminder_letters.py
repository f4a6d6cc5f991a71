"""Letters that remind, and their fence."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from accounts.rowsecurity import EVERYTHING, USER, IsolateRows, any_of


class Migration(migrations.Migration):
    dependencies = [
        ("claims", "0081_what_is_expected"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ReminderLetter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sent_on", models.DateField(verbose_name="jour")),
                (
                    "expectations",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), size=None, verbose_name="attentes"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="personne",
                    ),
                ),
            ],
            options={
                "verbose_name": "lettre de relance",
                "verbose_name_plural": "lettres de relance",
                "constraints": [
                    models.UniqueConstraint(fields=("sent_on", "user"), name="reminder_letter_once_a_day")
                ],
            },
        ),
        IsolateRows("reminderletter", read=any_of(USER), write=EVERYTHING),
    ]
