"""Typographic apostrophes in what people read."""

import django.core.validators
import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0010_sign_up"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="cabinetmember",
            options={"verbose_name": "membre d’un cabinet", "verbose_name_plural": "membres des cabinets"},
        ),
        migrations.AlterModelOptions(
            name="profileestablishment",
            options={"verbose_name": "établissement d’un profil", "verbose_name_plural": "établissements des profils"},
        ),
        migrations.AlterModelOptions(
            name="shopmember",
            options={"verbose_name": "membre d’un réparateur", "verbose_name_plural": "membres des réparateurs"},
        ),
        migrations.AlterField(
            model_name="accountrequest",
            name="company_name",
            field=models.CharField(max_length=120, verbose_name="nom de l’entreprise"),
        ),
        migrations.AlterField(
            model_name="cabinet",
            name="code",
            field=models.CharField(
                max_length=20,
                unique=True,
                validators=[
                    django.core.validators.RegexValidator(
                        "\\A[A-Z0-9](?:[A-Z0-9-]{0,18}[A-Z0-9])?\\Z",
                        "Le code s’écrit en majuscules, chiffres et tirets (20 au plus).",
                    )
                ],
                verbose_name="code",
            ),
        ),
        migrations.AlterField(
            model_name="cabinet",
            name="is_active",
            field=models.BooleanField(
                default=True, help_text="Un cabinet inactif n’est plus proposé à l’inscription.", verbose_name="actif"
            ),
        ),
        migrations.AlterField(
            model_name="delegation",
            name="to_on",
            field=models.DateField(blank=True, null=True, verbose_name="jusqu’au"),
        ),
        migrations.AlterField(
            model_name="invitation",
            name="expires_at",
            field=models.DateTimeField(editable=False, verbose_name="valable jusqu’au"),
        ),
        migrations.AlterField(
            model_name="signup",
            name="company_name",
            field=models.CharField(max_length=120, verbose_name="nom de l’entreprise"),
        ),
        migrations.AlterField(
            model_name="user",
            name="is_staff",
            field=models.BooleanField(default=False, verbose_name="accès à l’administration"),
        ),
        migrations.AlterConstraint(
            model_name="user",
            name="user_email_lower_case",
            constraint=models.CheckConstraint(
                condition=models.Q(("email", django.db.models.functions.text.Lower("email"))),
                name="user_email_lower_case",
                violation_error_message="L’adresse e-mail s’écrit en minuscules.",
            ),
        ),
    ]
