"""How a person wants to be told of what, the letters of a day, and what waits for them; with their fences."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from accounts.rowsecurity import EVERYTHING, USER, IsolateRows, any_of

STATES = [
    ("queued", "à envoyer"),
    ("held", "attend le résumé"),
    ("sent", "envoyé"),
    ("skipped", "devenu inutile"),
    ("failed", "échec"),
]
CHANNELS = [("portail", "Portail seul"), ("mail", "E-mail aussitôt"), ("resume", "Résumé du matin")]


def _id() -> models.BigAutoField:
    return models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


def _person() -> models.ForeignKey:
    return models.ForeignKey(
        db_index=False,
        on_delete=django.db.models.deletion.CASCADE,
        related_name="+",
        to=settings.AUTH_USER_MODEL,
        verbose_name="personne",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0032_suspension_reason"),
        ("messaging", "0041_news"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.AlterField(
            model_name="notification",
            name="state",
            field=models.CharField(choices=STATES, default="queued", max_length=8, verbose_name="état"),
        ),
        migrations.CreateModel(
            name="ChannelChoice",
            fields=[
                ("id", _id()),
                ("topic", models.CharField(max_length=24, verbose_name="sujet")),
                ("channel", models.CharField(choices=CHANNELS, max_length=8, verbose_name="par")),
                (
                    "chosen_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="choisi le"),
                ),
                ("user", _person()),
            ],
            options={
                "verbose_name": "préférence de notification",
                "verbose_name_plural": "préférences de notification",
                "indexes": [models.Index(fields=["topic", "user"], name="channel_of_topic")],
                "constraints": [models.UniqueConstraint(fields=("user", "topic"), name="channel_once_a_topic")],
            },
        ),
        migrations.CreateModel(
            name="Digest",
            fields=[
                ("id", _id()),
                ("day", models.DateField(verbose_name="jour")),
                (
                    "moment",
                    models.CharField(
                        choices=[("matin", "résumé du matin"), ("soir", "ce qui reste")],
                        max_length=5,
                        verbose_name="moment",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="écrit le"),
                ),
                ("user", _person()),
            ],
            options={
                "verbose_name": "résumé",
                "verbose_name_plural": "résumés",
                "constraints": [models.UniqueConstraint(fields=("user", "day", "moment"), name="digest_once")],
            },
        ),
        migrations.AddField(
            model_name="notification",
            name="digest",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="lines",
                to="messaging.digest",
            ),
        ),
        migrations.AddIndex(
            model_name="notification",
            index=models.Index(
                condition=models.Q(("state", "held")), fields=["recipient", "id"], name="notification_held"
            ),
        ),
        IsolateRows("channelchoice", read=any_of(USER)),
        IsolateRows("digest", read=any_of(USER), write=EVERYTHING),
    ]
