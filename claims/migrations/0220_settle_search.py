"""What waits beside the search's index may be sorted in by the application, which does not own the index."""

from django.db import migrations

SETTLE = """
CREATE FUNCTION settle_search() RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
  SELECT gin_clean_pending_list('dossier_search')
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("claims", "0160_holidays")]
    operations = [migrations.RunSQL(SETTLE, "DROP FUNCTION settle_search()")]
