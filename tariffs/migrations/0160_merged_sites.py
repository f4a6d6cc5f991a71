"""A version never changes, but two establishments may turn out to be one: then it follows, and nothing else."""

from django.db import migrations

SETTLED = """
CREATE OR REPLACE FUNCTION tariff_settled() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND current_setting('portal.all', true) = 'merge'
     AND to_jsonb(NEW) - 'site_id' = to_jsonb(OLD) - 'site_id' THEN
    RETURN NEW;
  END IF;
  RAISE restrict_violation USING MESSAGE = 'a tariff version never changes: send a new one';
END $$;
"""

# The application's role may not change the ledger; this function may, of one column, in one scope.
FOLLOW = """
CREATE FUNCTION merge_tariffs(former bigint, kept bigint) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = public AS $$
BEGIN
  IF current_setting('portal.all', true) IS DISTINCT FROM 'merge' THEN
    RAISE insufficient_privilege USING MESSAGE = 'a tariff version never changes: send a new one';
  END IF;
  UPDATE tariffs_tariffversion SET site_id = kept WHERE site_id = former;
  UPDATE tariffs_tariffrate SET site_id = kept WHERE site_id = former;
END $$;
"""

FORMER = """
CREATE OR REPLACE FUNCTION tariff_settled() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE restrict_violation USING MESSAGE = 'a tariff version never changes: send a new one';
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("tariffs", "0130_row_history")]
    operations = [
        migrations.RunSQL(SETTLED, FORMER),
        migrations.RunSQL(FOLLOW, "DROP FUNCTION merge_tariffs(bigint, bigint)"),
    ]
