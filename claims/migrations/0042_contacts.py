"""Whom to call for what, by cabinet: read by the shops the cabinet works with, written by its staff."""

import django.db.models.deletion
from django.db import migrations, models

from accounts.rowsecurity import CABINET, IsolateRows, any_of
from claims.models.contacts import Topic

# A suspended link is no partnership.
PARTNER = "cabinet_id IN (SELECT l.cabinet_id FROM accounts_cabinetestablishment l WHERE l.suspended_at IS NULL)"


class Migration(migrations.Migration):
    dependencies = [("claims", "0041_list")]
    operations = [
        migrations.CreateModel(
            name="Contact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "topic",
                    models.CharField(
                        choices=Topic.choices, default="accueil", max_length=16, verbose_name="pour quoi"
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        help_text="Un rôle : « Gestionnaire sinistres », « Standard ».",
                        max_length=80,
                        verbose_name="qui",
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        blank=True,
                        help_text="Facultatif : les réparateurs le lisent.",
                        max_length=80,
                        verbose_name="nom",
                    ),
                ),
                ("phone", models.CharField(blank=True, max_length=20, verbose_name="téléphone")),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="adresse e-mail")),
                (
                    "hours",
                    models.CharField(
                        blank=True,
                        help_text="Exemple : 9 h – 12 h, lundi à jeudi.",
                        max_length=80,
                        verbose_name="horaires",
                    ),
                ),
                (
                    "insurer_code",
                    models.CharField(
                        blank=True,
                        default="",
                        help_text="Vide : toutes les compagnies.",
                        max_length=20,
                        verbose_name="code assurance",
                    ),
                ),
                (
                    "department",
                    models.CharField(
                        blank=True,
                        default="",
                        help_text="74, 971… Vide : partout.",
                        max_length=3,
                        verbose_name="département",
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="ordre")),
                (
                    "cabinet",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.cabinet",
                        verbose_name="cabinet",
                    ),
                ),
            ],
            options={
                "verbose_name": "contact",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("phone", ""), _negated=True),
                            models.Q(("email", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="contact_can_be_reached",
                        violation_error_message="Donnez un téléphone ou une adresse e-mail.",
                    )
                ],
                "indexes": [models.Index(fields=["cabinet", "position"], name="contact_cabinet")],
            },
        ),
        IsolateRows("contact", read=any_of(CABINET, PARTNER), write=any_of(CABINET)),
    ]
