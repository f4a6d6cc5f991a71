"""Rights by menu of a cabinet's staff, and what is entrusted to those who see a part of it only."""

from importlib import import_module

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from accounts.rowsecurity import (
    CABINET,
    ENTRUSTED_SITE,
    ESTABLISHMENT,
    IsolateRows,
    any_of,
    entrusted_dossier,
    of_cabinet,
)

# The three settings of staff who see a part of their cabinet end with whatever scope comes next.
SCOPE = """
CREATE OR REPLACE FUNCTION portal_scope(who text, everything text, cabinets text, organisations text,
  establishments text, suspended text) RETURNS void LANGUAGE sql AS $$
  SELECT set_config('portal.user', who, true), set_config('portal.all', everything, true),
         set_config('portal.cabinets', cabinets, true), set_config('portal.organisations', organisations, true),
         set_config('portal.establishments', establishments, true), set_config('portal.suspended', suspended, true),
         set_config('portal.restricted', '', true), set_config('portal.assigned', '', true),
         set_config('portal.dossiers', '', true)
$$;
-- Which dossiers are somebody's own is for `claims` to say: it replaces this.
CREATE FUNCTION entrusted_dossiers(member bigint) RETURNS bigint[] LANGUAGE sql STABLE AS $$ SELECT '{}'::bigint[] $$;
"""
_FORMER = import_module("accounts.migrations.0004_delegation_scope").ENTER
_START = _FORMER.index("  SELECT m.role, c.id, c.code, c.name INTO staff")
_END = _FORMER.index("  SELECT array_agg(organisation_id ORDER BY organisation_id),")
STAFF = """  SELECT m.id AS member, m.role, m.menus, m.sees_all, c.id, c.code, c.name INTO staff
    FROM accounts_cabinetmember m JOIN accounts_cabinet c ON c.id = m.cabinet_id
    WHERE m.user_id = who AND m.left_at IS NULL AND m.suspended_at IS NULL;
  IF FOUND THEN
    PERFORM set_config('portal.cabinets', ARRAY[staff.id]::text, true);
    IF NOT staff.sees_all THEN
      SELECT COALESCE(array_agg(establishment_id ORDER BY establishment_id), '{}') INTO site_ids
        FROM accounts_assignedestablishment WHERE member_id = staff.member;
      own := entrusted_dossiers(staff.member);
      PERFORM set_config('portal.assigned', site_ids::text, true), set_config('portal.dossiers', own::text, true),
              set_config('portal.restricted', 'yes', true);
      part := jsonb_build_object('establishments', to_jsonb(site_ids), 'dossiers', to_jsonb(own));
    END IF;
    RETURN jsonb_build_object('kind', 'staff', 'label', staff.name, 'role', staff.role, 'menus', staff.menus,
      'entrusted', part, 'organisations', '[]'::jsonb, 'sites', '[]'::jsonb, 'suspended', '[]'::jsonb,
      'cabinets', jsonb_build_array(jsonb_build_object('id', staff.id, 'code', staff.code, 'name', staff.name)));
  END IF;
"""
ENTER = (_FORMER[:_START] + STAFF + _FORMER[_END:]).replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
ENTER = ENTER.replace("  staff record;", "  staff record;\n  own bigint[];\n  part jsonb;")
LEAVE = _FORMER.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION") + "DROP FUNCTION entrusted_dossiers(bigint);"

# Read while the scope is entered, when it is still the whole cabinet's; afterwards for those who see all of it.
OWN_MEMBER = (
    "EXISTS (SELECT FROM accounts_cabinetmember m WHERE m.id = member_id"
    " AND m.cabinet_id = accounts_assignedestablishment.cabinet_id)"
)
OWN_SHOP = (
    "EXISTS (SELECT FROM accounts_cabinetestablishment l"
    " WHERE l.cabinet_id = accounts_assignedestablishment.cabinet_id"
    " AND l.establishment_id = accounts_assignedestablishment.establishment_id)"
)

_ENTRIES = (ENTRUSTED_SITE, entrusted_dossier("dossier_id"), "(establishment_id IS NULL AND dossier_id IS NULL)")
ENTRIES = any_of(of_cabinet(*_ENTRIES), ESTABLISHMENT)


def journal(condition: str) -> str:
    return (
        f"ALTER POLICY scope_read ON accounts_journalentry USING ({condition});"
        f"ALTER POLICY scope_insert ON accounts_journalentry WITH CHECK ({condition});"
        f"ALTER POLICY scope_update ON accounts_journalentry USING ({condition}) WITH CHECK ({condition});"
        f"ALTER POLICY scope_delete ON accounts_journalentry USING ({condition})"
    )


KNOW_DOSSIERS = """
SELECT set_config('portal.all', 'migration', true);
UPDATE accounts_journalentry SET dossier_id = subject_id WHERE subject_type = 'claims.dossier';
SELECT set_config('portal.all', '', true);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0011_typography"),
    ]

    operations = [
        migrations.CreateModel(
            name="AssignedEstablishment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ],
            options={
                "verbose_name": "établissement confié",
                "verbose_name_plural": "établissements confiés",
            },
        ),
        migrations.AddField(
            model_name="cabinetmember",
            name="menus",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=12),
                blank=True,
                editable=False,
                help_text="Vide : ceux de son rôle. Un responsable de cabinet les a tous.",
                null=True,
                size=None,
                verbose_name="droits par menu",
            ),
        ),
        migrations.AddField(
            model_name="cabinetmember",
            name="sees_all",
            field=models.BooleanField(default=True, editable=False, verbose_name="tous les dossiers du cabinet"),
        ),
        migrations.AddField(
            model_name="cabinetmember",
            name="suspended_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="accès suspendu le"),
        ),
        migrations.AddField(
            model_name="journalentry",
            name="dossier_id",
            field=models.BigIntegerField(blank=True, null=True, verbose_name="dossier"),
        ),
        migrations.AddConstraint(
            model_name="cabinetmember",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("menus", None),
                    (
                        "menus__contained_by",
                        [
                            "dossiers",
                            "act",
                            "publish",
                            "qualify",
                            "dates",
                            "supplements",
                            "messages",
                            "requests",
                            "shops",
                            "tariffs",
                            "statistics",
                            "staff",
                            "settings",
                        ],
                    ),
                    _connector="OR",
                ),
                name="cabinet_member_menus",
            ),
        ),
        migrations.AddConstraint(
            model_name="cabinetmember",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("role", "responsable"), _negated=True), ("sees_all", True), _connector="OR"
                ),
                name="cabinet_manager_sees_all",
            ),
        ),
        migrations.AddField(
            model_name="assignedestablishment",
            name="cabinet",
            field=models.ForeignKey(
                editable=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.cabinet",
                verbose_name="cabinet",
            ),
        ),
        migrations.AddField(
            model_name="assignedestablishment",
            name="establishment",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="accounts.establishment",
                verbose_name="établissement",
            ),
        ),
        migrations.AddField(
            model_name="assignedestablishment",
            name="member",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="assigned_establishments",
                to="accounts.cabinetmember",
                verbose_name="membre",
            ),
        ),
        migrations.AddConstraint(
            model_name="assignedestablishment",
            constraint=models.UniqueConstraint(fields=("member", "establishment"), name="establishment_assigned_once"),
        ),
        IsolateRows(
            "assignedestablishment",
            read=any_of(of_cabinet()),
            write=any_of(f"({of_cabinet()} AND {OWN_MEMBER} AND {OWN_SHOP})"),
        ),
        migrations.RunSQL(KNOW_DOSSIERS, migrations.RunSQL.noop),
        migrations.RunSQL(SCOPE + ENTER, LEAVE),
        migrations.RunSQL(journal(ENTRIES), journal(any_of(CABINET, ESTABLISHMENT))),
    ]
