"""What somebody typed to sign up, until they confirm their address."""

import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import accounts.validators
from accounts.rowsecurity import USER, IsolateRows, any_of


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_drafts"),
    ]

    operations = [
        migrations.CreateModel(
            name="SignUp",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("company_name", models.CharField(max_length=120, verbose_name="nom de l'entreprise")),
                (
                    "siret",
                    models.CharField(
                        max_length=14, validators=[accounts.validators.validate_siret], verbose_name="SIRET"
                    ),
                ),
                (
                    "postal_code",
                    models.CharField(
                        max_length=5,
                        validators=[
                            django.core.validators.RegexValidator(
                                "\\A[0-9]{5}\\Z", "Le code postal compte exactement 5 chiffres."
                            )
                        ],
                        verbose_name="code postal",
                    ),
                ),
                (
                    "asked_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="demandée le"
                    ),
                ),
                (
                    "chosen",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.cabinet",
                        verbose_name="cabinet choisi",
                    ),
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
                "verbose_name": "inscription à confirmer",
                "verbose_name_plural": "inscriptions à confirmer",
                "constraints": [models.UniqueConstraint(fields=("user",), name="sign_up_one_a_user")],
            },
        ),
        IsolateRows("signup", read=any_of(USER)),
    ]
