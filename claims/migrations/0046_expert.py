"""Somebody is the expert of thousands of dossiers: policies ask the dossier, instead of a list made at each request.

Measured with 100,000 dossiers, 15,000 of them one expert's: see docs/adr/0010.
"""

from importlib import import_module

from django.db import migrations

from accounts.rowsecurity import EXPERT, OWN_DOSSIER, expert_dossier

_before = import_module("claims.migrations.0031_staff_rights")
GIVEN = """
CREATE OR REPLACE FUNCTION entrusted_dossiers(member bigint) RETURNS bigint[] LANGUAGE sql STABLE AS $$
  SELECT COALESCE(array_agg(dossier_id), '{}') FROM claims_assigneddossier WHERE member_id = member
$$;
"""
_LISTED = """ OR id = ANY (%L::bigint[]))',
          scope_ids('portal.assigned'), scope_ids('portal.dossiers'));"""
SEARCH = _before.SEARCH.replace(
    _LISTED,
    f""" OR id = ANY (%L::bigint[]) OR expert_id = %L)',
          scope_ids('portal.assigned'), scope_ids('portal.dossiers'), {EXPERT});""",
)

# Every policy that lists dossiers, as PostgreSQL writes it back: `(column IN ( SELECT unnest(…) AS unnest))`.
REWRITE = f"""
DO $rewrite$
DECLARE
  policy record;
  listed CONSTANT text :=
    '\\(([a-z_.]+) IN \\( SELECT unnest\\(scope_ids\\(''portal\\.dossiers''::text\\)\\) AS unnest\\)\\)';
  asked text;
BEGIN
  FOR policy IN SELECT * FROM pg_policies WHERE schemaname = 'public'
    AND concat(qual, with_check) LIKE '%portal.dossiers%' AND concat(qual, with_check) NOT LIKE '%portal.member%'
  LOOP
    asked := CASE WHEN policy.tablename = 'claims_dossier' THEN $own${OWN_DOSSIER}$own$
      ELSE $hung${expert_dossier("#")}$hung$ END;
    asked := format('(\\& OR %s)', replace(asked, '#', '\\1'));
    EXECUTE format('ALTER POLICY %I ON %I', policy.policyname, policy.tablename)
      || COALESCE(' USING (' || regexp_replace(policy.qual, listed, asked, 'g') || ')', '')
      || COALESCE(' WITH CHECK (' || regexp_replace(policy.with_check, listed, asked, 'g') || ')', '');
  END LOOP;
END $rewrite$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0041_expert"),
        ("claims", "0092_files_of_complements"),
        ("messaging", "0051_threads"),
        ("tariffs", "0002_ledger"),
    ]

    operations = [
        migrations.RunSQL(GIVEN, _before.OWN),
        migrations.RunSQL(SEARCH, _before.SEARCH),
        migrations.RunSQL(REWRITE, migrations.RunSQL.noop),
    ]
