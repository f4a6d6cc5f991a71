"""Row history: what changed in a row, from what to what, by whom; written by the database itself.

A trigger a statement compares the rows before and after, so that bulk updates and plain SQL are seen as well as a
page's `save()`, and a statement of a hundred thousand rows costs one insert. Who acted is read from the scope of the
transaction; whoever works without one is named by their database role.
"""

from collections.abc import Iterable

from accounts.rowsecurity import DatabaseOnly

FUNCTION = """
CREATE FUNCTION note_row_changes() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$
DECLARE
  subject text := TG_ARGV[0];
  untold text[] := TG_ARGV[1]::text[];
  who bigint := scope_user();
  acting text := COALESCE(NULLIF(current_setting('portal.all', true), ''),
    CASE WHEN who IS NOT NULL THEN '' WHEN COALESCE(current_setting('portal.cabinets', true), '') <> '' THEN 'import'
         ELSE session_user::text END);
BEGIN
  IF TG_OP = 'UPDATE' THEN
    INSERT INTO accounts_rowchange (subject_type, subject_id, at, what, changes, user_id, acting, cabinet_id,
                                    establishment_id, dossier_id)
    SELECT subject, (after.doc ->> 'id')::bigint, now(), 'changed', told.changes, who, acting,
           (after.doc ->> 'cabinet_id')::bigint, (after.doc ->> 'establishment_id')::bigint,
           (after.doc ->> TG_ARGV[2])::bigint
    FROM (SELECT id, to_jsonb(n) - untold AS doc FROM rows_after n) AS after
    JOIN (SELECT id, to_jsonb(o) - untold AS doc FROM rows_before o) AS before USING (id)
    CROSS JOIN LATERAL (
      SELECT jsonb_object_agg(key, jsonb_build_array(before.doc -> key, value)) AS changes
      FROM jsonb_each(after.doc) WHERE value IS DISTINCT FROM before.doc -> key) AS told
    WHERE after.doc <> before.doc;
  ELSIF TG_OP = 'INSERT' THEN
    INSERT INTO accounts_rowchange (subject_type, subject_id, at, what, changes, user_id, acting, cabinet_id,
                                    establishment_id, dossier_id)
    SELECT subject, (doc ->> 'id')::bigint, now(), 'added', '{}', who, acting, (doc ->> 'cabinet_id')::bigint,
           (doc ->> 'establishment_id')::bigint, (doc ->> TG_ARGV[2])::bigint
    FROM (SELECT to_jsonb(n) AS doc FROM rows_after n) AS made;
  ELSE
    DELETE FROM accounts_rowchange c USING rows_before o WHERE c.subject_type = subject AND c.subject_id = o.id;
    INSERT INTO accounts_rowchange (subject_type, subject_id, at, what, changes, user_id, acting, cabinet_id,
                                    establishment_id, dossier_id)
    SELECT subject, (doc ->> 'id')::bigint, now(), 'deleted', '{}', who, acting, (doc ->> 'cabinet_id')::bigint,
           (doc ->> 'establishment_id')::bigint, (doc ->> TG_ARGV[2])::bigint
    FROM (SELECT to_jsonb(o) AS doc FROM rows_before o) AS gone;
  END IF;
  RETURN NULL;
END $$;
"""
WITHDRAW = "DROP FUNCTION note_row_changes();"

BY_TRIGGER = "pg_trigger_depth() > 0"
"""Nobody writes history but the triggers: a statement of anybody's own stands at depth 0."""


class KeepHistory(DatabaseOnly):
    """Write down every change of a table's rows, whoever makes it.

    What a row said goes with the row: deleting it leaves one line, that it was deleted and by whom.
    """

    def __init__(self, model_name: str, *, untold: Iterable[str] = (), dossier: str = "", added: bool = False) -> None:
        """`untold` are columns nobody reads here (secrets, what the database derives); `dossier` is the column that
        names the dossier; `added` notes new rows too."""
        self.model_name = model_name
        self.untold = tuple(untold)
        self.dossier = dossier
        self.added = added

    def state_forwards(self, app_label: str, state: object) -> None:
        """The table stays as it is."""

    def forwards(self, table: str) -> list[str]:
        app, model = table.split("_", 1)
        arguments = f"'{app}.{model}', '{{{','.join(self.untold)}}}', '{self.dossier}'"
        run = f"FOR EACH STATEMENT EXECUTE FUNCTION note_row_changes({arguments})"
        both = "REFERENCING OLD TABLE AS rows_before NEW TABLE AS rows_after"
        found = [
            f"CREATE TRIGGER history_changed AFTER UPDATE ON {table} {both} {run}",
            f"CREATE TRIGGER history_deleted AFTER DELETE ON {table} REFERENCING OLD TABLE AS rows_before {run}",
        ]
        if self.added:
            found.append(
                f"CREATE TRIGGER history_added AFTER INSERT ON {table} REFERENCING NEW TABLE AS rows_after {run}"
            )
        return found

    def backwards(self, table: str) -> list[str]:
        return [f"DROP TRIGGER IF EXISTS history_{name} ON {table}" for name in ("changed", "deleted", "added")]

    def describe(self) -> str:
        return f"Keep the history of {self.model_name}"
