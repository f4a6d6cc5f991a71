"""Call-backs and personal reminders, and their fences: a number is read by its owner and by whoever calls."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import accounts.validators
from accounts.rowsecurity import CABINET_OF_DOSSIER, ESTABLISHMENT, USER, InheritTenant, IsolateRows, any_of

OWN = f"({USER} AND {ESTABLISHMENT})"
MINE = f"({USER} AND ({ESTABLISHMENT} OR {CABINET_OF_DOSSIER}))"
SHARED = f"(is_shared AND (side = 'shop' AND {ESTABLISHMENT} OR side = 'cabinet' AND {CABINET_OF_DOSSIER}))"

# A request about a dossier is its parties'; one about none goes to a cabinet that works with the shop.
OWNER = """
CREATE FUNCTION callback_owner() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$
BEGIN
  IF NEW.dossier_id IS NOT NULL THEN
    SELECT cabinet_id, establishment_id INTO NEW.cabinet_id, NEW.establishment_id
      FROM claims_dossier WHERE id = NEW.dossier_id;
  ELSE
    PERFORM FROM accounts_cabinetestablishment
      WHERE cabinet_id = NEW.cabinet_id AND establishment_id = NEW.establishment_id;
  END IF;
  IF NOT FOUND THEN
    RAISE foreign_key_violation USING MESSAGE = 'no such dossier or partner in this scope';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER callback_owner BEFORE INSERT OR UPDATE OF dossier_id, cabinet_id, establishment_id ON claims_callback
  FOR EACH ROW EXECUTE FUNCTION callback_owner();
CREATE FUNCTION callback_follow() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$
BEGIN
  UPDATE claims_callback SET establishment_id = NEW.establishment_id WHERE dossier_id = NEW.id;
  RETURN NULL;
END $$;
CREATE TRIGGER callback_follow AFTER UPDATE OF establishment_id ON claims_dossier FOR EACH ROW
  WHEN (OLD.establishment_id IS DISTINCT FROM NEW.establishment_id) EXECUTE FUNCTION callback_follow();
"""
NOBODYS = """
DROP TRIGGER callback_follow ON claims_dossier;
DROP FUNCTION callback_follow();
DROP TRIGGER callback_owner ON claims_callback;
DROP FUNCTION callback_owner();
"""
# A colleague may say that a shared reminder is done, never take it over.
STAYS = """
CREATE FUNCTION memo_stays() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$
BEGIN
  IF (NEW.user_id, NEW.side, NEW.dossier_id) IS DISTINCT FROM (OLD.user_id, OLD.side, OLD.dossier_id) THEN
    RAISE insufficient_privilege USING MESSAGE = 'a reminder stays its author''s';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER memo_stays BEFORE UPDATE OF user_id, side, dossier_id ON claims_memo
  FOR EACH ROW EXECUTE FUNCTION memo_stays();
"""
GOES = "DROP TRIGGER memo_stays ON claims_memo; DROP FUNCTION memo_stays();"


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0032_suspension_reason"),
        ("claims", "0112_incidents"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CallBack",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80, verbose_name="qui rappeler")),
                (
                    "phone",
                    models.CharField(
                        blank=True,
                        max_length=20,
                        validators=[accounts.validators.validate_phone],
                        verbose_name="numéro",
                    ),
                ),
                (
                    "topic",
                    models.CharField(
                        choices=[
                            ("accueil", "Accueil"),
                            ("rendez_vous", "Rendez-vous et passages"),
                            ("expertise", "Expertise et chiffrage"),
                            ("ead", "Expertise à distance (EAD)"),
                            ("documents", "Documents du dossier"),
                            ("complement", "Complément de travaux"),
                            ("prise_en_charge", "Prise en charge et franchise"),
                            ("facture", "Facture et règlement"),
                            ("procedure_ve", "Procédure VE"),
                            ("reclamation", "Réclamation"),
                        ],
                        default="accueil",
                        max_length=16,
                        verbose_name="sujet",
                    ),
                ),
                ("note", models.CharField(blank=True, default="", max_length=300, verbose_name="précision")),
                ("wanted_on", models.DateField(verbose_name="jour")),
                (
                    "slot",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "dès que possible"),
                            ("matin", "le matin, avant midi"),
                            ("apres_midi", "l’après-midi, avant 18 h"),
                        ],
                        default="",
                        max_length=10,
                        verbose_name="moment",
                    ),
                ),
                ("due_at", models.DateTimeField(verbose_name="à rappeler avant")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "à rappeler"),
                            ("done", "rappelé"),
                            ("withdrawn", "annulé par le réparateur"),
                        ],
                        default="open",
                        max_length=9,
                        verbose_name="état",
                    ),
                ),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="demandé le")),
                ("tries", models.PositiveSmallIntegerField(default=0, verbose_name="essais")),
                ("tried_at", models.DateTimeField(null=True, verbose_name="dernier essai")),
                ("closed_at", models.DateTimeField(null=True, verbose_name="clos le")),
                ("closed_by", models.CharField(blank=True, default="", max_length=160, verbose_name="clos par")),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("joint", "joint"),
                            ("message", "message laissé"),
                            ("sans_reponse", "pas de réponse"),
                        ],
                        default="",
                        max_length=12,
                        verbose_name="issue",
                    ),
                ),
                ("answer", models.CharField(blank=True, default="", max_length=300, verbose_name="ce qui a été dit")),
                (
                    "assignee",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="accounts.cabinetmember",
                        verbose_name="confié à",
                    ),
                ),
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
                (
                    "dossier",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="claims.dossier",
                        verbose_name="dossier",
                    ),
                ),
                (
                    "establishment",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.establishment",
                        verbose_name="établissement",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="demandé par",
                    ),
                ),
            ],
            options={
                "verbose_name": "demande de rappel",
                "verbose_name_plural": "demandes de rappel",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "open")), fields=["cabinet", "due_at"], name="callback_to_do"
                    ),
                    models.Index(
                        models.F("user"), models.OrderBy(models.F("id"), descending=True), name="callback_user"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "open")),
                        fields=("user", "cabinet", "dossier"),
                        name="callback_asked_once",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at", None), ("state", "open"), models.Q(("phone", ""), _negated=True)),
                            models.Q(
                                models.Q(("state", "open"), _negated=True), ("closed_at__isnull", False), ("phone", "")
                            ),
                            _connector="OR",
                        ),
                        name="callback_keeps_no_number",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Memo",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "side",
                    models.CharField(
                        choices=[("shop", "le réparateur"), ("cabinet", "le cabinet")],
                        max_length=7,
                        verbose_name="côté",
                    ),
                ),
                ("on", models.DateField(verbose_name="jour")),
                ("at", models.TimeField(blank=True, null=True, verbose_name="heure")),
                ("subject", models.CharField(max_length=120, verbose_name="objet")),
                ("who", models.CharField(blank=True, default="", max_length=80, verbose_name="qui")),
                (
                    "phone",
                    models.CharField(
                        blank=True,
                        default="",
                        max_length=20,
                        validators=[accounts.validators.validate_phone],
                        verbose_name="téléphone",
                    ),
                ),
                (
                    "place",
                    models.CharField(
                        choices=[("atelier", "à l’atelier"), ("exterieur", "à l’extérieur")],
                        default="atelier",
                        max_length=10,
                        verbose_name="lieu",
                    ),
                ),
                ("is_shared", models.BooleanField(default=False, verbose_name="visible de mes collègues")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="créé le"),
                ),
                (
                    "moved_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="modifié le"),
                ),
                ("done_at", models.DateTimeField(editable=False, null=True, verbose_name="fait le")),
                (
                    "done_by",
                    models.CharField(blank=True, default="", editable=False, max_length=160, verbose_name="fait par"),
                ),
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
                        verbose_name="de",
                    ),
                ),
            ],
            options={
                "verbose_name": "rappel personnel",
                "verbose_name_plural": "rappels personnels",
                "indexes": [
                    models.Index(condition=models.Q(("done_at", None)), fields=["user", "on"], name="memo_user"),
                    models.Index(
                        condition=models.Q(("done_at", None), ("is_shared", True)),
                        fields=["establishment", "on"],
                        name="memo_site",
                    ),
                    models.Index(
                        condition=models.Q(("done_at", None), ("is_shared", True)),
                        fields=["cabinet", "on"],
                        name="memo_cabinet",
                    ),
                    models.Index(fields=["dossier"], name="memo_dossier"),
                ],
            },
        ),
        IsolateRows("callback", read=any_of(CABINET_OF_DOSSIER, OWN)),
        migrations.RunSQL(OWNER, NOBODYS),
        IsolateRows("memo", read=any_of(MINE, SHARED)),
        InheritTenant("memo", parent="claims_dossier", foreign_key="dossier_id"),
        migrations.RunSQL(STAYS, GOES),
    ]
