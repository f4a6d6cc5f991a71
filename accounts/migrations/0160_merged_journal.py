"""The journal is only ever added to, but two establishments may turn out to be one: then whose it is follows."""

from django.db import migrations

# The application's role may not change the journal; this function may, of one column, in one scope.
FOLLOW = """
CREATE FUNCTION merge_journal(former bigint, kept bigint) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = public AS $$
BEGIN
  IF current_setting('portal.all', true) IS DISTINCT FROM 'merge' THEN
    RAISE insufficient_privilege USING MESSAGE = 'the journal never changes';
  END IF;
  UPDATE accounts_journalentry SET establishment_id = kept WHERE establishment_id = former;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0130_row_history")]
    operations = [migrations.RunSQL(FOLLOW, "DROP FUNCTION merge_journal(bigint, bigint)")]
