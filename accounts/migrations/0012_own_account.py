"""A new login address waits for its link; whose it is, only they see."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from accounts.rowsecurity import USER, IsolateRows, any_of


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0031_staff_rights"),
    ]

    operations = [
        migrations.CreateModel(
            name="EmailChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("email", models.EmailField(max_length=254, verbose_name="nouvelle adresse")),
                ("former", models.EmailField(max_length=254, verbose_name="adresse d’avant")),
                (
                    "asked_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="demandé le"),
                ),
                (
                    "confirmed_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="confirmé le"),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="utilisateur",
                    ),
                ),
            ],
            options={
                "verbose_name": "changement d’adresse",
                "verbose_name_plural": "changements d’adresse",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("confirmed_at", None)), fields=("user",), name="email_change_one_pending"
                    )
                ],
            },
        ),
        IsolateRows("EmailChange".lower(), read=any_of(USER)),
    ]
