"""Subjects, threads, messages, what was read of them: rows, fences, and the subjects every cabinet begins with."""

import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from accounts.rowsecurity import CABINET, CABINET_OF_DOSSIER, ESTABLISHMENT, USER, InheritTenant, IsolateRows, any_of

# A shop reads the catalogues of the cabinets it works with; a suspended link is no partnership.
PARTNER = "cabinet_id IN (SELECT l.cabinet_id FROM accounts_cabinetestablishment l WHERE l.suspended_at IS NULL)"
# What waits for its validation, or was refused there, stays at the cabinet.
SENT = f"({ESTABLISHMENT} AND state = 'sent')"
OWN = f"({ESTABLISHMENT} AND state = 'sent' AND side = 'shop')"
ONES_OWN = f"({USER} AND {ESTABLISHMENT})"
SEEDS = """
CREATE FUNCTION subject_seeds(cabinet bigint) RETURNS void LANGUAGE sql SET search_path = public AS $$
  INSERT INTO messaging_subject
    (cabinet_id, slug, label, hint, reader, message, documents, kinds, photo_kind, pdf_kind, extras, rules,
     position, is_active)
  SELECT cabinet, seed.*, true FROM (VALUES
    ('conseiller-client', 'Communication au conseiller client',
      'Les questions administratives : prise en charge, franchise, règlement, papiers.',
      'gestionnaire', 'required', 'optional',
      ARRAY['autre', 'declaration_assure', 'facture_accessoire', 'certificat_immat', 'ordre_reparation']::varchar[],
      '', '', '{}'::varchar[],
      '{}'::varchar[], 10),
    ('communication-expert', 'Communication à l’expert',
      'Les questions techniques : méthode, chiffrage, pièces, contrôles.',
      'expert', 'required', 'optional',
      ARRAY['devis', 'controle_technique', 'controle_geometrie', 'pv', 'suivi_ve', 'diag_adas',
        'diagnostic']::varchar[],
      '', '', '{}'::varchar[],
      ARRAY['ouvert']::varchar[], 20),
    ('evolution-methodologie', 'Évolution de la méthodologie',
      'Des travaux en plus : une photo devient « Dommages supplémentaires », un PDF « Supplément réparateur ».',
      'expert', 'required', 'optional',
      '{}'::varchar[],
      'dommages_suppl', 'supplement', '{}'::varchar[],
      ARRAY['ouvert']::varchar[], 30),
    ('expertise-terrain', 'Demande d’expertise terrain',
      'L’expert vient examiner le véhicule dans votre atelier, un de ses jours de passage.',
      'expert', 'optional', 'optional',
      ARRAY['certificat_immat', 'ordre_reparation']::varchar[],
      '', '', ARRAY['motif', 'date']::varchar[],
      ARRAY['ouvert', 'ead_envoyee', 'avant_facture']::varchar[], 40),
    ('examen-sans-deplacement', 'Demande d’examen sans déplacement (ESD)',
      'L’expert examine le véhicule à distance, sur vos photos.',
      'expert', 'optional', 'optional',
      '{}'::varchar[],
      'photo', '', ARRAY['nom']::varchar[],
      ARRAY['ouvert', 'non_agree']::varchar[], 50),
    ('vehicule-non-vu', 'Véhicule non vu',
      'Le rendez-vous n’a pas été honoré : le véhicule n’était pas là, ou l’expert n’est pas venu.',
      'gestionnaire', 'required', 'optional',
      ARRAY['certificat_immat', 'ordre_reparation']::varchar[],
      '', '', '{}'::varchar[],
      ARRAY['ouvert']::varchar[], 60),
    ('vehicule-non-enleve', 'Véhicule non enlevé',
      'Le véhicule est toujours dans votre atelier et devait en partir.',
      'gestionnaire', 'required', 'optional',
      ARRAY['autorisation_enl', 'retour_epaviste', 'certificat_immat', 'ordre_reparation']::varchar[],
      '', '', '{}'::varchar[],
      ARRAY['ouvert']::varchar[], 70),
    ('facture-definitive', 'Facture définitive des réparations',
      'La facture en PDF, sans message : elle arrive sous le type « Facture ».',
      'gestionnaire', 'none', 'required',
      '{}'::varchar[],
      '', 'facture', '{}'::varchar[],
      ARRAY['ouvert']::varchar[], 80)
  ) AS seed;
$$;
CREATE FUNCTION cabinet_subjects() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$
BEGIN
  PERFORM subject_seeds(NEW.id);
  RETURN NULL;
END $$;
CREATE TRIGGER make_subjects AFTER INSERT ON accounts_cabinet FOR EACH ROW EXECUTE FUNCTION cabinet_subjects();
SELECT portal_enter_system('migration');
SELECT subject_seeds(id) FROM accounts_cabinet;
SELECT portal_enter_nobody();
"""
UNSEED = (
    "DROP TRIGGER make_subjects ON accounts_cabinet; DROP FUNCTION cabinet_subjects();"
    " DROP FUNCTION subject_seeds(bigint)"
)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0051_answer_alone"),
        ("claims", "0101_awaited"),
        ("messaging", "0061_channels"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="news",
            name="thread",
            field=models.UUIDField(editable=False, null=True, verbose_name="échange"),
        ),
        migrations.CreateModel(
            name="Subject",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slug", models.SlugField(db_index=False, editable=False, max_length=60, verbose_name="adresse")),
                ("label", models.CharField(max_length=80, verbose_name="objet")),
                ("hint", models.CharField(blank=True, default="", max_length=200, verbose_name="explication")),
                (
                    "reader",
                    models.CharField(
                        choices=[("expert", "l’expert"), ("gestionnaire", "le conseiller client")],
                        max_length=12,
                        verbose_name="lu par",
                    ),
                ),
                (
                    "message",
                    models.CharField(
                        choices=[("none", "aucun"), ("optional", "facultatif"), ("required", "obligatoire")],
                        default="required",
                        max_length=8,
                        verbose_name="message",
                    ),
                ),
                (
                    "documents",
                    models.CharField(
                        choices=[("none", "aucun"), ("optional", "facultatif"), ("required", "obligatoire")],
                        default="optional",
                        max_length=8,
                        verbose_name="documents",
                    ),
                ),
                (
                    "kinds",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("pv", "PV d'expertise"),
                                ("devis", "Devis"),
                                ("facture", "Facture"),
                                ("controle_geometrie", "Contrôle de géométrie"),
                                ("controle_technique", "Dernier contrôle technique"),
                                ("facture_pieces", "Facture d'achat de pièce"),
                                ("photo", "Photo"),
                                ("declaration_assure", "Déclaration de l’assuré"),
                                ("facture_accessoire", "Facture accessoire"),
                                ("certificat_immat", "Certificat d’immatriculation"),
                                ("ordre_reparation", "Ordre de réparations"),
                                ("dommages_suppl", "Dommages supplémentaires"),
                                ("supplement", "Supplément réparateur"),
                                ("suivi_ve", "Suivi VE"),
                                ("diag_adas", "Diagnostic ADAS"),
                                ("diagnostic", "Diagnostic"),
                                ("autorisation_enl", "Autorisation d’enlèvement"),
                                ("retour_epaviste", "Retour de l’épaviste"),
                                ("autre", "Autre document"),
                            ],
                            max_length=20,
                        ),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="types de document, au choix",
                    ),
                ),
                (
                    "photo_kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("pv", "PV d'expertise"),
                            ("devis", "Devis"),
                            ("facture", "Facture"),
                            ("controle_geometrie", "Contrôle de géométrie"),
                            ("controle_technique", "Dernier contrôle technique"),
                            ("facture_pieces", "Facture d'achat de pièce"),
                            ("photo", "Photo"),
                            ("declaration_assure", "Déclaration de l’assuré"),
                            ("facture_accessoire", "Facture accessoire"),
                            ("certificat_immat", "Certificat d’immatriculation"),
                            ("ordre_reparation", "Ordre de réparations"),
                            ("dommages_suppl", "Dommages supplémentaires"),
                            ("supplement", "Supplément réparateur"),
                            ("suivi_ve", "Suivi VE"),
                            ("diag_adas", "Diagnostic ADAS"),
                            ("diagnostic", "Diagnostic"),
                            ("autorisation_enl", "Autorisation d’enlèvement"),
                            ("retour_epaviste", "Retour de l’épaviste"),
                            ("autre", "Autre document"),
                        ],
                        default="",
                        max_length=20,
                        verbose_name="type d’une photo",
                    ),
                ),
                (
                    "pdf_kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("pv", "PV d'expertise"),
                            ("devis", "Devis"),
                            ("facture", "Facture"),
                            ("controle_geometrie", "Contrôle de géométrie"),
                            ("controle_technique", "Dernier contrôle technique"),
                            ("facture_pieces", "Facture d'achat de pièce"),
                            ("photo", "Photo"),
                            ("declaration_assure", "Déclaration de l’assuré"),
                            ("facture_accessoire", "Facture accessoire"),
                            ("certificat_immat", "Certificat d’immatriculation"),
                            ("ordre_reparation", "Ordre de réparations"),
                            ("dommages_suppl", "Dommages supplémentaires"),
                            ("supplement", "Supplément réparateur"),
                            ("suivi_ve", "Suivi VE"),
                            ("diag_adas", "Diagnostic ADAS"),
                            ("diagnostic", "Diagnostic"),
                            ("autorisation_enl", "Autorisation d’enlèvement"),
                            ("retour_epaviste", "Retour de l’épaviste"),
                            ("autre", "Autre document"),
                        ],
                        default="",
                        max_length=20,
                        verbose_name="type d’un PDF",
                    ),
                ),
                (
                    "extras",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("nom", "Nom et prénom de la personne sur place"),
                                ("motif", "Motif"),
                                ("date", "Jour, parmi les passages de l’expert"),
                            ],
                            max_length=20,
                        ),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="demander aussi",
                    ),
                ),
                (
                    "rules",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("ouvert", "le dossier n’est pas terminé"),
                                ("non_agree", "la mission n’est pas celle d’un réparateur agréé"),
                                ("ead_envoyee", "le dossier d’expertise à distance, s’il en faut un, est envoyé"),
                                ("avant_facture", "l’expert peut encore examiner le véhicule"),
                            ],
                            max_length=20,
                        ),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="proposé quand",
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=100, verbose_name="ordre")),
                ("is_active", models.BooleanField(default=True, verbose_name="proposé")),
                (
                    "cabinet",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.cabinet",
                        verbose_name="cabinet",
                    ),
                ),
            ],
            options={
                "verbose_name": "objet de message",
                "verbose_name_plural": "objets de message",
            },
        ),
        migrations.CreateModel(
            name="Thread",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("title", models.CharField(max_length=120, verbose_name="objet")),
                (
                    "reader",
                    models.CharField(
                        choices=[("expert", "l’expert"), ("gestionnaire", "le conseiller client")],
                        max_length=12,
                        verbose_name="lu par",
                    ),
                ),
                (
                    "is_question",
                    models.BooleanField(default=False, editable=False, verbose_name="question du cabinet"),
                ),
                ("opener_label", models.CharField(editable=False, max_length=160, verbose_name="demandeur")),
                (
                    "opened_by",
                    models.CharField(
                        choices=[("shop", "le réparateur"), ("cabinet", "le cabinet")],
                        editable=False,
                        max_length=7,
                        verbose_name="ouvert par",
                    ),
                ),
                ("key", models.CharField(editable=False, max_length=64)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("cabinet", "au cabinet de répondre"),
                            ("shop", "au réparateur de répondre"),
                            ("answered", "répondu"),
                            ("closed", "clos"),
                        ],
                        editable=False,
                        max_length=8,
                        verbose_name="état",
                    ),
                ),
                ("due_on", models.DateField(editable=False, null=True, verbose_name="réponse attendue pour le")),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="créé le"),
                ),
                (
                    "last_message_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="dernier message"
                    ),
                ),
                (
                    "last_label",
                    models.CharField(
                        blank=True, default="", editable=False, max_length=160, verbose_name="dernier auteur"
                    ),
                ),
                ("message_count", models.PositiveIntegerField(default=0, editable=False, verbose_name="messages")),
                (
                    "document_count",
                    models.PositiveIntegerField(default=0, editable=False, verbose_name="pièces jointes"),
                ),
                (
                    "assignee",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="accounts.cabinetmember",
                        verbose_name="suivi par",
                    ),
                ),
                (
                    "cabinet",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.cabinet",
                        verbose_name="cabinet",
                    ),
                ),
                (
                    "dossier",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="threads",
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
                        verbose_name="établissement",
                    ),
                ),
                (
                    "opener",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "subject",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="messaging.subject",
                        verbose_name="objet",
                    ),
                ),
            ],
            options={
                "verbose_name": "échange",
            },
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "side",
                    models.CharField(
                        choices=[("shop", "le réparateur"), ("cabinet", "le cabinet")],
                        max_length=7,
                        verbose_name="de la part de",
                    ),
                ),
                ("author_label", models.CharField(max_length=160, verbose_name="par")),
                ("author_role", models.CharField(blank=True, default="", max_length=20, verbose_name="en qualité de")),
                ("body", models.TextField(blank=True, default="", max_length=4000, verbose_name="message")),
                ("written", models.TextField(blank=True, default="", max_length=4000, verbose_name="tel qu’écrit")),
                ("particulars", models.JSONField(default=list)),
                ("pending", models.JSONField(default=dict)),
                ("key", models.CharField(max_length=64)),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "à valider"), ("sent", "envoyé"), ("refused", "refusé")],
                        default="sent",
                        max_length=8,
                        verbose_name="état",
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="écrit le")),
                ("sent_at", models.DateTimeField(null=True, verbose_name="envoyé le")),
                ("decided_by", models.CharField(blank=True, default="", max_length=160, verbose_name="validé par")),
                ("decided_at", models.DateTimeField(null=True, verbose_name="validé le")),
                ("reason", models.CharField(blank=True, default="", max_length=500, verbose_name="motif du refus")),
                (
                    "author",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="claims.dossier"
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
                    "thread",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="messages",
                        to="messaging.thread",
                    ),
                ),
            ],
            options={
                "verbose_name": "message",
            },
        ),
        migrations.CreateModel(
            name="ThreadRead",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("told_id", models.BigIntegerField(default=0)),
                ("read_id", models.BigIntegerField(default=0)),
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
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="claims.dossier"
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
                    "thread",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reads",
                        to="messaging.thread",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "lecture",
            },
        ),
        migrations.CreateModel(
            name="MessageDocument",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
                    "document",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="claims.document"
                    ),
                ),
                (
                    "dossier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="claims.dossier"
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
                    "message",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="attachments",
                        to="messaging.message",
                    ),
                ),
            ],
            options={
                "verbose_name": "pièce jointe",
                "verbose_name_plural": "pièces jointes",
                "constraints": [models.UniqueConstraint(fields=("message", "document"), name="message_document_once")],
            },
        ),
        migrations.AddConstraint(
            model_name="subject",
            constraint=models.UniqueConstraint(fields=("cabinet", "slug"), name="subject_slug_once"),
        ),
        migrations.AddConstraint(
            model_name="subject",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("message", "none"), _negated=True),
                    models.Q(("documents", "none"), _negated=True),
                    models.Q(("extras", []), _negated=True),
                    _connector="OR",
                ),
                name="subject_asks_something",
                violation_error_message="Un objet prend un message, des documents, ou demande autre chose.",
            ),
        ),
        migrations.AddConstraint(
            model_name="subject",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("documents", "none"),
                    models.Q(("kinds", []), _negated=True),
                    models.Q(("photo_kind", ""), _negated=True),
                    models.Q(("pdf_kind", ""), _negated=True),
                    _connector="OR",
                ),
                name="subject_names_its_documents",
                violation_error_message="Dites sous quel type les documents arrivent : au choix, ou selon le fichier.",
            ),
        ),
        migrations.AddIndex(
            model_name="thread",
            index=models.Index(
                models.F("establishment"),
                models.OrderBy(models.F("last_message_at"), descending=True),
                models.OrderBy(models.F("id"), descending=True),
                name="thread_est",
            ),
        ),
        migrations.AddIndex(
            model_name="thread",
            index=models.Index(
                models.F("establishment"),
                models.F("cabinet"),
                models.OrderBy(models.F("last_message_at"), descending=True),
                models.OrderBy(models.F("id"), descending=True),
                name="thread_pair",
            ),
        ),
        migrations.AddIndex(
            model_name="thread",
            index=models.Index(
                models.F("establishment"),
                models.OrderBy(models.F("last_message_at"), descending=True),
                models.OrderBy(models.F("id"), descending=True),
                condition=models.Q(("state", "shop")),
                name="thread_to_answer",
            ),
        ),
        migrations.AddIndex(
            model_name="thread",
            index=models.Index(
                models.F("cabinet"),
                models.OrderBy(models.F("last_message_at"), descending=True),
                models.OrderBy(models.F("id"), descending=True),
                name="thread_cab",
            ),
        ),
        migrations.AddIndex(
            model_name="thread",
            index=models.Index(
                models.F("cabinet"),
                models.F("due_on"),
                condition=models.Q(("state", "cabinet")),
                name="thread_cab_waiting",
            ),
        ),
        migrations.AddIndex(
            model_name="thread",
            index=models.Index(fields=["dossier", "-last_message_at"], name="thread_dossier"),
        ),
        migrations.AddConstraint(
            model_name="thread",
            constraint=models.UniqueConstraint(fields=("opener", "key"), name="thread_opened_once"),
        ),
        migrations.AddConstraint(
            model_name="thread",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["cabinet", "shop"]), ("due_on", None), _connector="OR"),
                name="thread_due_while_open",
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(fields=["thread", "id"], name="message_thread"),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("state", "waiting")), fields=["cabinet", "id"], name="message_waiting"
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.UniqueConstraint(fields=("author", "key"), name="message_sent_once"),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("sent_at__isnull", False), ("state", "sent")),
                    models.Q(models.Q(("state", "sent"), _negated=True), ("sent_at", None)),
                    _connector="OR",
                ),
                name="message_sent_has_a_date",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(("state", "sent"), ("side", "cabinet"), _connector="OR"),
                name="message_shop_is_sent",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "refused"), _negated=True),
                    models.Q(("reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="message_refused_says_why",
            ),
        ),
        migrations.AddIndex(
            model_name="threadread",
            index=models.Index(
                condition=models.Q(("told_id__gt", models.F("read_id"))),
                fields=["user", "thread"],
                name="thread_unread",
            ),
        ),
        migrations.AddConstraint(
            model_name="threadread",
            constraint=models.UniqueConstraint(fields=("thread", "user"), name="thread_read_once"),
        ),
        IsolateRows("subject", read=any_of(CABINET, PARTNER), write=any_of(CABINET)),
        IsolateRows(
            "thread",
            read=any_of(CABINET_OF_DOSSIER, f"({ESTABLISHMENT} AND message_count > 0)"),
        ),
        IsolateRows("message", read=any_of(CABINET_OF_DOSSIER, SENT), write=any_of(CABINET_OF_DOSSIER, OWN)),
        IsolateRows("messagedocument", read=any_of(CABINET_OF_DOSSIER, ESTABLISHMENT)),
        IsolateRows("threadread", read=any_of(CABINET_OF_DOSSIER, ONES_OWN)),
        *(
            InheritTenant(name, parent="claims_dossier", foreign_key="dossier_id")
            for name in ("thread", "message", "messagedocument", "threadread")
        ),
        migrations.RunSQL(SEEDS, UNSEED),
    ]
