"""The dossiers' fence, their counters kept by the database, and the search that row-level security would slow down."""

from django.conf import settings
from django.db import migrations

from accounts.rowsecurity import (
    CABINET,
    CABINET_OF_DOSSIER,
    CABINET_OF_SITE,
    ENTRUSTED_SITE,
    ESTABLISHMENT,
    USER,
    InheritTenant,
    IsolateRows,
    any_of,
    entrusted_dossier,
    of_cabinet,
)

INDEXES = """
-- The tenant stands in the index: below a policy the planner has no statistics of `LIKE`, and would read every row of
-- the network that matches a common word (400 ms against 20 ms for 300,000 dossiers). The list of entries not yet
-- sorted in is long enough for an import of 100,000 rows: reading it costs a search 80 ms until autovacuum empties it.
CREATE INDEX dossier_search ON claims_dossier USING gin (establishment_id, cabinet_id, search_text gin_trgm_ops)
  WITH (fastupdate = on, gin_pending_list_limit = 262144);
-- The sort keys only: an index that covers the whole row lures the planner into reading it whole.
CREATE INDEX dossier_est_sort ON claims_dossier (establishment_id) INCLUDE (id, cabinet_id, tab, claim_on,
  expertise_on, reference, insured_key, vehicle_key, plate_key, insurer_code, last_estimate, siret, received_count,
  ve_procedure);
"""

COUNTERS = """
CREATE FUNCTION dossier_tally() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO claims_dossiertally (cabinet_id, establishment_id, tab, is_ve, difference)
      SELECT cabinet_id, establishment_id, tab, ve_procedure <> '', count(*) FROM new_rows GROUP BY 1, 2, 3, 4;
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO claims_dossiertally (cabinet_id, establishment_id, tab, is_ve, difference)
      SELECT cabinet_id, establishment_id, tab, ve_procedure <> '', -count(*) FROM old_rows GROUP BY 1, 2, 3, 4;
  ELSE
    INSERT INTO claims_dossiertally (cabinet_id, establishment_id, tab, is_ve, difference)
      SELECT cabinet_id, establishment_id, tab, is_ve, sum(n) FROM (
        SELECT cabinet_id, establishment_id, tab, ve_procedure <> '' AS is_ve, 1 AS n FROM new_rows
        UNION ALL SELECT cabinet_id, establishment_id, tab, ve_procedure <> '', -1 FROM old_rows) AS changes
      GROUP BY 1, 2, 3, 4 HAVING sum(n) <> 0;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER tally_insert AFTER INSERT ON claims_dossier REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION dossier_tally();
CREATE TRIGGER tally_update AFTER UPDATE ON claims_dossier REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION dossier_tally();
CREATE TRIGGER tally_delete AFTER DELETE ON claims_dossier REFERENCING OLD TABLE AS old_rows
  FOR EACH STATEMENT EXECUTE FUNCTION dossier_tally();

-- Differences, never a recount: a recount taken before waiting for the dossier's lock would be wrong after it.
CREATE FUNCTION document_count() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    UPDATE claims_dossier d SET received_count = d.received_count + c.received, sent_count = d.sent_count + c.sent,
        last_received_at = GREATEST(d.last_received_at, c.last)
      FROM (SELECT dossier_id, count(*) FILTER (WHERE direction = 'received') AS received,
              count(*) FILTER (WHERE direction = 'sent') AS sent,
              max(published_at) FILTER (WHERE direction = 'received') AS last
            FROM new_rows GROUP BY dossier_id) AS c
      WHERE d.id = c.dossier_id;
  ELSE
    UPDATE claims_dossier d SET received_count = d.received_count - c.received, sent_count = d.sent_count - c.sent
      FROM (SELECT dossier_id, count(*) FILTER (WHERE direction = 'received') AS received,
              count(*) FILTER (WHERE direction = 'sent') AS sent FROM old_rows GROUP BY dossier_id) AS c
      WHERE d.id = c.dossier_id;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER count_insert AFTER INSERT ON claims_document REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION document_count();
CREATE TRIGGER count_delete AFTER DELETE ON claims_document REFERENCING OLD TABLE AS old_rows
  FOR EACH STATEMENT EXECUTE FUNCTION document_count();
"""

# `LIKE` is not leakproof, so PostgreSQL may not use the trigram index below a policy. This function may: it belongs to
# a role nobody can sign in as, for which one policy shows all rows, answers ids only, and takes the tenant from the
# scope, never from its arguments. The rows themselves are then read through the policies.
SEARCH = """
CREATE FUNCTION search_ids(words text[], at_most integer) RETURNS SETOF bigint LANGUAGE plpgsql STABLE SECURITY DEFINER
  SET search_path = public SET plan_cache_mode = force_custom_plan AS $$
DECLARE
  word text;
  bare text;
  conditions text := '';
  tenants bigint[];
BEGIN
  FOREACH word IN ARRAY words LOOP
    word := fold(word);
    -- Two letters make no trigram: read the tenant's dossiers in order until enough are found.
    IF length(word) < 3 THEN
      conditions := conditions || format(' AND strpos(search_text, %L) > 0', word);
      CONTINUE;
    END IF;
    word := replace(replace(replace(word, '\\', '\\\\'), '%', '\\%'), '_', '\\_');
    bare := replace(word, '-', '');
    conditions := conditions || CASE WHEN bare IN (word, '')
      THEN format(' AND search_text LIKE %L', '%' || word || '%')
      ELSE format(' AND (search_text LIKE %L OR search_text LIKE %L)', '%' || word || '%', '%' || bare || '%') END;
  END LOOP;
  IF NOT scope_all() THEN
    -- Each tenant by its value, alone when it is alone: the planner then picks between its index and the trigrams.
    tenants := scope_ids('portal.cabinets');
    IF tenants <> '{}' THEN
      conditions := conditions || format(' AND cabinet_id = ANY (%L::bigint[])', tenants);
    ELSE
      tenants := scope_ids('portal.establishments');
      conditions := conditions || CASE WHEN cardinality(tenants) = 1
        THEN format(' AND establishment_id = %L', tenants[1])
        ELSE format(' AND establishment_id = ANY (%L::bigint[])', tenants) END;
      IF scope_texts('portal.suspended') <> '{}' THEN
        conditions := conditions || format(' AND (cabinet_id || '':'' || establishment_id) <> ALL (%L::text[])',
          scope_texts('portal.suspended'));
      END IF;
    END IF;
  END IF;
  RETURN QUERY EXECUTE 'SELECT id FROM claims_dossier WHERE true' || conditions ||
    ' ORDER BY claim_on DESC NULLS LAST, id DESC LIMIT ' || at_most;
END $$;
"""

ROLE = settings.SEARCH_ROLE
HAND_OVER = f"""
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{ROLE}' AND pg_has_role(current_user, oid, 'MEMBER')) THEN
    RAISE EXCEPTION 'the role {ROLE} is missing or not granted to %: run python -m portal.roles', current_user;
  END IF;
END $$;
GRANT USAGE, CREATE ON SCHEMA public TO {ROLE};
GRANT SELECT ON claims_dossier TO {ROLE};
CREATE POLICY search_reads ON claims_dossier FOR SELECT TO {ROLE} USING (true);
ALTER FUNCTION search_ids(text[], integer) OWNER TO {ROLE};
REVOKE CREATE ON SCHEMA public FROM {ROLE};
"""

VISIBLE_DOSSIER = f"{USER} AND EXISTS (SELECT FROM claims_dossier d WHERE d.id = dossier_id)"

# Whoever moves a dossier writes the differences, whatever part of the sums they read.
SUMS = f"ALTER POLICY scope_insert ON claims_dossiertally WITH CHECK ({any_of(CABINET, ESTABLISHMENT)})"


class Migration(migrations.Migration):
    dependencies = [("claims", "0002_initial"), ("accounts", "0002_isolation")]
    operations = [
        IsolateRows("dossier", read=any_of(of_cabinet(ENTRUSTED_SITE, entrusted_dossier("id")), ESTABLISHMENT)),
        IsolateRows("document", read=any_of(CABINET_OF_DOSSIER, ESTABLISHMENT)),
        IsolateRows("dossiertally", read=any_of(CABINET_OF_SITE, ESTABLISHMENT)),
        migrations.RunSQL(SUMS, migrations.RunSQL.noop),
        IsolateRows("dossiervisit", read=any_of(USER), write=any_of(f"({VISIBLE_DOSSIER})")),
        InheritTenant("document", parent="claims_dossier", foreign_key="dossier_id"),
        migrations.RunSQL(
            INDEXES + COUNTERS,
            """
            DROP TRIGGER tally_insert ON claims_dossier; DROP TRIGGER tally_update ON claims_dossier;
            DROP TRIGGER tally_delete ON claims_dossier; DROP FUNCTION dossier_tally();
            DROP TRIGGER count_insert ON claims_document; DROP TRIGGER count_delete ON claims_document;
            DROP FUNCTION document_count(); DROP INDEX dossier_search, dossier_est_sort;
            """,
        ),
        migrations.RunSQL(
            SEARCH + HAND_OVER,
            f"""DROP POLICY search_reads ON claims_dossier; DROP FUNCTION search_ids(text[], integer);
            REVOKE ALL ON claims_dossier FROM {ROLE}; REVOKE USAGE ON SCHEMA public FROM {ROLE};""",
        ),
    ]
