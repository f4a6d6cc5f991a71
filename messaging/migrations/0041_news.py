"""News of the shops: their rows, their fence, and what opening a dossier does to them."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from accounts.rowsecurity import CABINET_OF_DOSSIER, ESTABLISHMENT, USER, InheritTenant, IsolateRows, any_of

READ = """
CREATE FUNCTION news_read() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$
BEGIN
  UPDATE messaging_news SET read_at = NEW.opened_at
    WHERE user_id = NEW.user_id AND dossier_id = NEW.dossier_id AND read_at IS NULL AND at <= NEW.opened_at;
  RETURN NULL;
END $$;
CREATE TRIGGER news_read AFTER INSERT OR UPDATE OF opened_at ON claims_dossiervisit
  FOR EACH ROW EXECUTE FUNCTION news_read();
"""
FORGET = "DROP TRIGGER news_read ON claims_dossiervisit; DROP FUNCTION news_read()"


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0031_staff_rights"),
        ("claims", "0042_contacts"),
        ("messaging", "0003_outbox"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name="News",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("fact", models.BigIntegerField(editable=False, verbose_name="fait")),
                ("event", models.CharField(max_length=40, verbose_name="évènement")),
                ("title", models.CharField(max_length=160, verbose_name="titre")),
                ("text", models.CharField(blank=True, default="", max_length=300, verbose_name="détail")),
                ("document", models.UUIDField(editable=False, null=True, verbose_name="document")),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="arrivée le")),
                ("read_at", models.DateTimeField(null=True, verbose_name="lue le")),
                (
                    "cabinet",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.cabinet",
                    ),
                ),
                (
                    "dossier",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="claims.dossier",
                        verbose_name="dossier",
                    ),
                ),
                (
                    "establishment",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.establishment",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="destinataire",
                    ),
                ),
            ],
            options={
                "verbose_name": "nouveauté",
                "indexes": [
                    models.Index(fields=["user", "-id"], name="news_user"),
                    models.Index(condition=models.Q(("read_at", None)), fields=["user", "-id"], name="news_unread"),
                    models.Index(
                        condition=models.Q(("read_at", None)), fields=["dossier", "user"], name="news_dossier_unread"
                    ),
                ],
                "constraints": [models.UniqueConstraint(fields=("user", "fact"), name="news_once_a_person")],
            },
        ),
        InheritTenant("news", parent="claims_dossier", foreign_key="dossier_id"),
        # Staff write them with the fact, and move them with a dossier whose SIRET they correct.
        IsolateRows("news", read=any_of(CABINET_OF_DOSSIER, f"({USER} AND {ESTABLISHMENT})")),
        migrations.RunSQL(READ, FORGET),
    ]
