"""Dossiers entrusted one by one, and the search of staff who see a part of their cabinet only."""

from importlib import import_module

import django.db.models.deletion
from django.db import migrations, models

from accounts.rowsecurity import IsolateRows, any_of, of_cabinet

OWN = """
CREATE OR REPLACE FUNCTION entrusted_dossiers(member bigint) RETURNS bigint[] LANGUAGE sql STABLE AS $$
  SELECT COALESCE(array_agg(id), '{}') FROM (
    SELECT id FROM claims_dossier WHERE expert_id = member
    UNION SELECT dossier_id FROM claims_assigneddossier WHERE member_id = member) AS own
$$;
"""
NOBODYS = """
CREATE OR REPLACE FUNCTION entrusted_dossiers(member bigint) RETURNS bigint[] LANGUAGE sql STABLE AS $$
  SELECT '{}'::bigint[] $$;
"""

_FORMER = import_module("claims.migrations.0003_isolation").SEARCH.replace(
    "CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"
)
_CABINET = """      conditions := conditions || format(' AND cabinet_id = ANY (%L::bigint[])', tenants);
"""
_PART = """      IF current_setting('portal.restricted', true) <> '' THEN
        conditions := conditions || format(' AND (establishment_id = ANY (%L::bigint[]) OR id = ANY (%L::bigint[]))',
          scope_ids('portal.assigned'), scope_ids('portal.dossiers'));
      END IF;
"""
SEARCH = _FORMER.replace(_CABINET, _CABINET + _PART)

OWN_PARENTS = (
    "EXISTS (SELECT FROM accounts_cabinetmember m JOIN claims_dossier d ON d.cabinet_id = m.cabinet_id"
    " WHERE m.id = member_id AND d.id = dossier_id AND m.cabinet_id = claims_assigneddossier.cabinet_id)"
)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0031_staff_rights"),
        ("claims", "0051_jobs"),
    ]

    operations = [
        migrations.CreateModel(
            name="AssignedDossier",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "cabinet",
                    models.ForeignKey(
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
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="assignments",
                        to="claims.dossier",
                        verbose_name="dossier",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.cabinetmember",
                        verbose_name="membre",
                    ),
                ),
            ],
            options={
                "verbose_name": "dossier confié",
                "verbose_name_plural": "dossiers confiés",
                "constraints": [models.UniqueConstraint(fields=("member", "dossier"), name="dossier_assigned_once")],
            },
        ),
        IsolateRows("assigneddossier", read=any_of(of_cabinet()), write=any_of(f"({of_cabinet()} AND {OWN_PARENTS})")),
        migrations.RunSQL(OWN, NOBODYS),
        migrations.RunSQL(SEARCH, _FORMER),
    ]
