"""How full an expert's days are, for whoever may see a dossier of theirs: numbers, never rows."""

from django.conf import settings
from django.db import migrations

ROLE = settings.SEARCH_ROLE
# Live dates, as `claims/workflow.py` called them when this was written.
TAKEN = """
CREATE FUNCTION visits_taken(subject bigint, since date) RETURNS TABLE (day date, half text, visits bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  SELECT a.starts_on, a.half, count(*)
  FROM claims_dossier d
  JOIN claims_appointment a ON a.cabinet_id = d.cabinet_id AND a.starts_on >= since AND a.dossier_id <> d.id
    AND a.is_current AND a.status IN ('proposed', 'offered', 'validated')
  JOIN claims_dossier o ON o.id = a.dossier_id
  WHERE d.id = subject AND (d.expert_id IS NULL OR o.expert_id = d.expert_id)
    AND (scope_all() OR d.cabinet_id = ANY (scope_ids('portal.cabinets'))
      OR d.establishment_id = ANY (scope_ids('portal.establishments'))
        AND (d.cabinet_id || ':' || d.establishment_id) <> ALL (scope_texts('portal.suspended')))
  GROUP BY a.starts_on, a.half
$$;
"""
HAND_OVER = f"""
GRANT CREATE ON SCHEMA public TO {ROLE};
GRANT SELECT ON claims_appointment TO {ROLE};
CREATE POLICY search_reads ON claims_appointment FOR SELECT TO {ROLE} USING (true);
ALTER FUNCTION visits_taken(bigint, date) OWNER TO {ROLE};
REVOKE CREATE ON SCHEMA public FROM {ROLE};
"""


class Migration(migrations.Migration):
    dependencies = [("claims", "0113_callbacks_and_memos")]
    operations = [
        migrations.RunSQL(
            TAKEN + HAND_OVER,
            f"""DROP FUNCTION visits_taken(bigint, date); DROP POLICY search_reads ON claims_appointment;
            REVOKE ALL ON claims_appointment FROM {ROLE};""",
        )
    ]
