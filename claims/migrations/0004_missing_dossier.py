"""Requests for a dossier that a shop does not see, and their fence."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from accounts.rowsecurity import CABINET_OF_SITE, ESTABLISHMENT, IsolateRows, any_of

# A shop writes in its own name, and only to a cabinet that works with the site it names.
OWN = (
    f"({ESTABLISHMENT} AND author_id = (SELECT scope_user()) AND EXISTS (SELECT FROM accounts_cabinetestablishment l"
    " WHERE l.cabinet_id = claims_missingdossierrequest.cabinet_id"
    " AND l.establishment_id = claims_missingdossierrequest.establishment_id))"
)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_isolation"),
        ("claims", "0003_isolation"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="MissingDossierRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("wanted", models.CharField(max_length=40, verbose_name="dossier cherché")),
                (
                    "wanted_key",
                    models.CharField(editable=False, max_length=40, verbose_name="dossier cherché, sans séparateurs"),
                ),
                ("message", models.TextField(blank=True, max_length=1000, verbose_name="message")),
                (
                    "finding",
                    models.CharField(
                        choices=[
                            ("visible", "visible du réparateur"),
                            ("sibling", "sous un autre établissement du même SIREN"),
                            ("closed", "fermé au réparateur"),
                            ("nothing", "non trouvé"),
                        ],
                        default="nothing",
                        max_length=8,
                        verbose_name="diagnostic",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "ouverte"), ("answered", "traitée")],
                        default="open",
                        max_length=8,
                        verbose_name="état",
                    ),
                ),
                ("answer", models.TextField(blank=True, max_length=1000, verbose_name="réponse")),
                (
                    "answered_by",
                    models.CharField(blank=True, editable=False, max_length=160, verbose_name="traitée par"),
                ),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="envoyée le"),
                ),
                (
                    "answered_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="traitée le"),
                ),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="auteur",
                    ),
                ),
                (
                    "cabinet",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.cabinet",
                        verbose_name="cabinet",
                    ),
                ),
                (
                    "establishment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.establishment",
                        verbose_name="établissement",
                    ),
                ),
            ],
            options={
                "verbose_name": "dossier introuvable",
                "verbose_name_plural": "dossiers introuvables",
                "indexes": [models.Index(fields=["author", "-created_at"], name="missing_author")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "open")),
                        fields=("author", "cabinet", "wanted_key"),
                        name="missing_asked_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answered_at", None), ("state", "open")),
                            models.Q(("answered_at__isnull", False), ("state", "answered")),
                            _connector="OR",
                        ),
                        name="missing_answered_has_a_date",
                    ),
                ],
            },
        ),
        IsolateRows(
            "missingdossierrequest", read=any_of(CABINET_OF_SITE, ESTABLISHMENT), write=any_of(CABINET_OF_SITE, OWN)
        ),
    ]
