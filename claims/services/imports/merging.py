"""The SQL of an import: a staging table, then whole sets at a time, all in the caller's transaction.

The rules it keeps:
- the file speaks for the columns it has: an empty cell empties, a column it lacks leaves what is stored;
- an empty `etat` leaves a dossier where it stands; a state that changes is written in the journal;
- a SIRET that staff declared wrong for a dossier (`siret_corrected`, whose detail `received` keeps it) neither
  attaches nor detaches that dossier again: the correction outlives every later file;
- a row that says what is stored already is neither written nor locked.
"""

from dataclasses import dataclass
from typing import Any

from django.db import connection
from psycopg import sql

from accounts.models import Cabinet
from claims.models import Dossier
from claims.services.imports.columns import COLUMNS, Layout
from claims.workflow import Action, State

LOCK = "SELECT pg_advisory_xact_lock(hashtext('import_dossiers'), %(cabinet)s::int)"
TRY_LOCK = LOCK.replace("pg_advisory", "pg_try_advisory")

PREPARE = "SET LOCAL work_mem = '64MB'; SET LOCAL jit = off; DROP TABLE IF EXISTS import_row, import_change"

STAGE = "CREATE TEMP TABLE import_row (line integer NOT NULL, site text, {columns}) ON COMMIT DROP"

COPY = "COPY import_row (line, site, {fields}) FROM STDIN"

# The first row of a reference stays; the others go, and say whether they only repeated it.
REPEATS = """
DELETE FROM import_row s
USING (SELECT reference, min(line) AS first FROM import_row GROUP BY reference HAVING count(*) > 1) r
  JOIN import_row f ON f.line = r.first
WHERE s.reference = r.reference AND s.line > r.first
RETURNING s.line, r.first, ({staged_s}) IS NOT DISTINCT FROM ({staged_f})
"""

# Held before any dossier, as a merger of shops holds them: whichever of the two comes second waits for the first, and
# no shop this file names is taken away while its dossiers are written.
SHOPS = """
SELECT e.id FROM accounts_establishment e WHERE e.siret IN (SELECT site FROM import_row)
ORDER BY e.id FOR KEY SHARE
"""

# The stored dossiers this file says something else about, held from here on, with what they hold now.
CHANGES = """
CREATE TEMP TABLE import_change ON COMMIT DROP AS
SELECT s.line, d.id AS dossier_id, d.siret AS stored_siret, d.establishment_id AS stored_site, d.state AS stored_state
FROM import_row s JOIN claims_dossier d ON d.cabinet_id = %(cabinet)s AND d.reference = s.reference
  LEFT JOIN ({experts}) x ON x.email = s.expert_email
WHERE (d.siret, {stored}) IS DISTINCT FROM (s.siret, {staged})
  OR (s.site IS NULL) <> (d.establishment_id IS NULL) OR {other_expert} OR d.state <> s.state
FOR NO KEY UPDATE OF d
"""

EXPERTS = """
SELECT m.id, u.email FROM accounts_cabinetmember m JOIN accounts_user u ON u.id = m.user_id
WHERE m.cabinet_id = %(cabinet)s AND m.left_at IS NULL
"""

# A scalar sub-select, so that it is asked of the few rows whose SIRET differs and never read the journal whole.
CORRECTIONS = """
ALTER TABLE import_change ADD COLUMN keeps boolean NOT NULL DEFAULT false;
UPDATE import_change c SET keeps = true FROM import_row s
WHERE s.line = c.line AND c.stored_siret <> s.siret AND (
  SELECT true FROM accounts_journalentry j
  WHERE j.subject_type = %(subject)s AND j.subject_id = c.dossier_id AND j.event = %(corrected)s
    AND j.detail ->> 'received' = s.siret LIMIT 1)
"""

ESTABLISHMENTS = """
INSERT INTO accounts_establishment (siret, name, postal_code, city, proven_by)
SELECT DISTINCT s.site, '', '', '', '' FROM import_row s LEFT JOIN import_change c USING (line)
WHERE s.site IS NOT NULL AND c.keeps IS NOT true
  AND NOT EXISTS (SELECT FROM accounts_establishment e WHERE e.siret = s.site)
ORDER BY s.site
ON CONFLICT (siret) DO NOTHING
"""

LINKS = """
INSERT INTO accounts_cabinetestablishment
  (cabinet_id, establishment_id, email, is_approved, suspension_reason, created_at)
SELECT %(cabinet)s, e.id, '', false, '', now() FROM accounts_establishment e
WHERE e.siret IN (SELECT s.site FROM import_row s LEFT JOIN import_change c USING (line) WHERE c.keeps IS NOT true)
  AND NOT EXISTS (
    SELECT FROM accounts_cabinetestablishment l WHERE l.cabinet_id = %(cabinet)s AND l.establishment_id = e.id)
ON CONFLICT (cabinet_id, establishment_id) DO NOTHING
"""

ANALYSE = "ANALYZE import_row (line, reference, site); ANALYZE import_change"

MERGE = """
WITH incoming AS MATERIALIZED (
  SELECT s.line, s.reference, c.dossier_id, c.stored_state,
    CASE WHEN c.keeps THEN c.stored_siret ELSE s.siret END AS siret,
    CASE WHEN c.keeps THEN c.stored_site ELSE e.id END AS establishment_id,
    x.id AS expert_id, COALESCE(s.state, c.stored_state, %(received)s) AS state, {all_staged}
  FROM import_row s
    LEFT JOIN import_change c USING (line)
    LEFT JOIN accounts_establishment e ON e.siret = s.site
    LEFT JOIN ({experts}) x ON x.email = s.expert_email
  WHERE c.line IS NOT NULL OR NOT EXISTS (
    SELECT FROM claims_dossier d WHERE d.cabinet_id = %(cabinet)s AND d.reference = s.reference)
), written AS (
  INSERT INTO claims_dossier AS d (cabinet_id, reference, siret, establishment_id, expert_id, state, {all_fields},
    state_since, created_at, updated_at, received_count, sent_count)
  SELECT %(cabinet)s, reference, siret, establishment_id, expert_id, state, {all_fields}, now(), now(), now(), 0, 0
  FROM incoming ORDER BY line
  ON CONFLICT (cabinet_id, reference) DO UPDATE SET updated_at = clock_timestamp(), {assignments}
  WHERE ({current}) IS DISTINCT FROM ({wanted})
  RETURNING d.id, d.reference, d.establishment_id, d.state
), outcome AS (
  SELECT w.*, i.stored_state, i.dossier_id IS NULL AS is_new, w.state <> i.stored_state AS has_moved
  FROM written w JOIN incoming i USING (reference)
), noted AS (
  INSERT INTO accounts_journalentry (event, subject_type, subject_id, subject_label, actor_label, actor_role,
    cabinet_id, establishment_id, at, detail)
  SELECT CASE WHEN is_new THEN %(receive)s ELSE %(synchronise)s END, %(subject)s, id, reference, %(actor)s, 'import',
    %(cabinet)s, establishment_id, clock_timestamp(),
    CASE WHEN is_new THEN jsonb_build_object('to', state)
      ELSE jsonb_build_object('from', stored_state, 'to', state) END
  FROM outcome WHERE is_new OR has_moved
)
SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new), count(*) FILTER (WHERE has_moved)
FROM outcome
"""

# Under row-level security a statement that sees nothing succeeds with 0 rows (F6): the base is asked, not believed.
CHECK = """
SELECT count(*), count(*) FILTER (WHERE s.site IS NULL AND d.establishment_id IS NULL)
FROM import_row s JOIN claims_dossier d ON d.cabinet_id = %(cabinet)s AND d.reference = s.reference
"""

STAGED = tuple(column.field for column in COLUMNS)
PLAIN = tuple(field for field in STAGED if field not in {"reference", "siret", "state"})


@dataclass(frozen=True, slots=True)
class Merged:
    """What the base says it did: rows."""

    created: int
    changed: int
    moved: int
    present: int
    to_correct: int


def _names(fields: tuple[str, ...], prefix: str = "") -> sql.Composable:
    return sql.SQL(", ").join(sql.Identifier(*((prefix, field) if prefix else (field,))) for field in fields)


def stage() -> None:
    """Make the empty staging table; it lives as long as the transaction."""
    columns = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(column.field), sql.SQL(column.sql_type)) for column in COLUMNS
    )
    with connection.cursor() as cursor:
        cursor.execute(PREPARE)
        cursor.execute(sql.SQL(STAGE).format(columns=columns))


def copy_statement(layout: Layout) -> sql.Composable:
    return sql.SQL(COPY).format(fields=_names(layout.fields))


def take_lock(cabinet: Cabinet, *, wait: bool) -> bool:
    """One import of a cabinet at a time; True when the lock is ours, until the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK if wait else TRY_LOCK, {"cabinet": cabinet.pk})
        row = cursor.fetchone()
    return wait or bool(row and row[0])


def drop_repeats() -> tuple[dict[int, int], int]:
    """Take repeated references out: {line: first line} of those that differ, the number of those that do not."""
    statement = sql.SQL(REPEATS).format(staged_s=_names(STAGED, "s"), staged_f=_names(STAGED, "f"))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE import_row (line, reference, site)")
        cursor.execute(statement)
        found = cursor.fetchall()
    different = {line: first for line, first, same in found if not same}
    return different, len(found) - len(different)


def merge(cabinet: Cabinet, layout: Layout) -> Merged:
    """Put the staged rows into the cabinet's dossiers."""
    values: dict[str, str | int] = {
        "cabinet": cabinet.pk,
        "subject": Dossier._meta.label_lower,
        "actor": cabinet.name,
        "received": State.RECEIVED.value,
        "receive": Action.RECEIVE.value,
        "synchronise": Action.SYNCHRONISE.value,
        "corrected": Action.CORRECT_SIRET.value,
    }
    with connection.cursor() as cursor:
        for statement in (SHOPS, _changes(layout), CORRECTIONS, ANALYSE, ESTABLISHMENTS, LINKS):
            cursor.execute(statement, values)
        cursor.execute(_merge(layout), values)
        created, changed, moved = cursor.fetchone() or (0, 0, 0)
        cursor.execute(CHECK, values)
        present, to_correct = cursor.fetchone() or (0, 0)
    return Merged(created, changed, moved, present, to_correct)


def _present(layout: Layout) -> tuple[str, ...]:
    return tuple(field for field in PLAIN if field in layout.fields)


def _changes(layout: Layout) -> Any:
    present = ("reference", *_present(layout))
    other = "d.expert_id IS DISTINCT FROM x.id" if "expert_email" in present else "false"
    return sql.SQL(CHANGES).format(
        experts=sql.SQL(EXPERTS),
        stored=_names(present, "d"),
        staged=_names(present, "s"),
        other_expert=sql.SQL(other),
    )


def _merge(layout: Layout) -> Any:
    written = ("siret", "establishment_id", *_present(layout))
    written += ("expert_id",) if "expert_email" in layout.fields else ()
    written += ("state",) if "state" in layout.fields else ()
    assignments: list[sql.Composable] = [
        sql.SQL("{0} = excluded.{0}").format(sql.Identifier(field)) for field in written
    ]
    if "state" in written:
        since = "state_since = CASE WHEN d.state = excluded.state THEN d.state_since ELSE clock_timestamp() END"
        assignments.append(sql.SQL(since))
    return sql.SQL(MERGE).format(
        experts=sql.SQL(EXPERTS),
        all_staged=_names(PLAIN, "s"),
        all_fields=_names(PLAIN),
        assignments=sql.SQL(", ").join(assignments),
        current=_names(written, "d"),
        wanted=_names(written, "excluded"),
    )
