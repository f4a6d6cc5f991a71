"""The purge's SQL, one statement a rule of the plan; counting and forgetting share their conditions.

It runs as the owner of the tables, as the journal is a ledger the application's role may only add to.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from django.apps import apps
from django.db import connections, transaction
from django.utils import timezone
from psycopg import sql

from accounts.scope import System
from portal.retention import plan
from portal.retention.plan import Fate

ALIAS = "owner"
AT_ONCE = 200  # dossiers of one transaction
CLOSED = "termine"
JOURNAL, OUTBOX, DOSSIERS = "accounts.JournalEntry", "messaging.Notification", "claims.Dossier"
ERASED = "subject_label = '', actor_label = '', user_id = NULL, detail = '{}'"


class ContextLostError(Exception):
    """The database shows fewer rows than there are: nothing it answers can be believed."""


@dataclass(frozen=True)
class Term:
    """One cabinet and its limit: what was over before it is forgotten."""

    cabinet: int
    code: str
    years: int
    limit: datetime


@dataclass
class Batch:
    """Rows to be forgotten together, and what else speaks of them."""

    term: Term
    dossiers: list[tuple[int, datetime]] = field(default_factory=list)
    aged: dict[str, list[int]] = field(default_factory=dict)

    @property
    def ids(self) -> list[int]:
        return [key for key, _created in self.dossiers]

    def __bool__(self) -> bool:
        return bool(self.dossiers or any(self.aged.values()))


def query(statement: str, *values: Any, **names: str | sql.Composable) -> list[tuple[Any, ...]]:
    """Rows of a statement; `names` are put in as identifiers."""
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(_composed(statement, names), values)
        return list(cursor.fetchall())


def execute(statement: str, *values: Any, **names: str | sql.Composable) -> int:
    """How many rows a statement changed."""
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(_composed(statement, names), values)
        return int(cursor.rowcount)


def _composed(statement: str, names: dict[str, str | sql.Composable]) -> sql.Composed:
    parts = {name: sql.Identifier(part) if isinstance(part, str) else part for name, part in names.items()}
    return sql.SQL(statement).format(**parts)


@contextmanager
def seeing_everything() -> Iterator[None]:
    """One transaction as the owner, in the purge's own scope; fails when the scope did not take.

    Without it row-level security answers « 0 rows » to every statement, and a purge that did nothing looks like one
    that had nothing to do.
    """
    with transaction.atomic(using=ALIAS):
        execute("SET LOCAL lock_timeout = '5s'")
        execute("SELECT portal_enter_system(%s)", System.PURGE.value)
        [(cabinets, rules, whole)] = query(
            "SELECT (SELECT count(*) FROM accounts_cabinet), (SELECT count(*) FROM claims_cabinetrules), scope_all()"
        )
        if not whole or rules != cabinets:
            raise ContextLostError(
                f"La base montre {rules} règle(s) de conservation pour {cabinets} cabinet(s) : la purge n'y voit pas "
                "tout et n'a rien effacé. Vérifiez DATABASE_OWNER_URL et les politiques de la base."
            )
        yield


def terms(today: date) -> list[Term]:
    """Every cabinet with its limit: midnight in Paris after the last day that is over."""
    rows = query(
        "SELECT c.id, c.code, r.retention_years FROM accounts_cabinet c JOIN claims_cabinetrules r"
        " ON r.cabinet_id = c.id ORDER BY c.code"
    )
    return [Term(key, code, years, limit(today, years)) for key, code, years in rows]


def limit(today: date, years: int) -> datetime:
    """What was closed on this calendar day `years` ago, or before, is over; on 29 February the 28th counts."""
    try:
        day = today.replace(year=today.year - years)
    except ValueError:
        day = today.replace(year=today.year - years, day=28)
    following = datetime.combine(date.fromordinal(day.toordinal() + 1), time())
    return timezone.make_aware(following, timezone.get_default_timezone())


def next_batch(term: Term, after: int = 0, *, lock: bool) -> Batch:
    """The next dossiers of a cabinet whose time is over, by their key."""
    statement = (
        "SELECT id, created_at FROM claims_dossier WHERE cabinet_id = %s AND state = %s AND state_since < %s"
        " AND id > %s ORDER BY id LIMIT %s"
    )
    found = query(
        f"{statement} FOR UPDATE" if lock else statement,
        *(term.cabinet, CLOSED, term.limit, after, AT_ONCE),
    )
    return Batch(term, dossiers=found)


def next_aged(term: Term, *, at_most: int | None = AT_ONCE) -> Batch:
    """What is about no dossier, and whose own time is over."""
    batch = Batch(term)
    for label, rule in plan.of_fate(Fate.AGED).items():
        found = query(
            f"SELECT id FROM {{table}} WHERE cabinet_id = %s AND {rule.column} < %s ORDER BY id LIMIT %s",
            *(term.cabinet, term.limit, at_most),
            table=plan.table_of(label),
        )
        batch.aged[label] = [key for (key,) in found]
    return batch


def keys(batch: Batch) -> dict[str, list[int]]:
    """By model, every row the batch takes with it."""
    found = {}
    for label, rule in plan.of_fate(Fate.WITH_DOSSIER).items():
        rows = query(
            "SELECT id FROM {table} WHERE {column} = ANY(%s)",
            batch.ids,
            table=plan.table_of(label),
            column=rule.column,
        )
        found[label] = [key for (key,) in rows]
    for label, rows_of in _aged_or_named(batch).items():
        found[label] = sorted({*found.get(label, []), *rows_of})
    return found


def _aged_or_named(batch: Batch) -> dict[str, list[int]]:
    """Those whose time is over by themselves, and those that name a dossier of the batch all the same."""
    named = dict(batch.aged)
    for label in plan.of_fate(Fate.AGED):
        table = plan.table_of(label)
        columns = {one.column for one in apps.get_model(label)._meta.fields}
        rows: list[tuple[Any, ...]] = []
        if "dossier_id" in columns:
            rows = query("SELECT id FROM {table} WHERE dossier_id = ANY(%s)", batch.ids, table=table)
        elif label == "accounts.Draft":  # what it is about stands in what was to be done
            rows = query(
                "SELECT id FROM accounts_draft WHERE cabinet_id = %s AND ((payload->>'dossier') = ANY(%s)"
                " OR (payload->>'thread') IN (SELECT id::text FROM messaging_thread WHERE dossier_id = ANY(%s))"
                " OR (payload->>'set') IN (SELECT id::text FROM claims_shotset WHERE dossier_id = ANY(%s)))",
                *(batch.term.cabinet, [str(key) for key in batch.ids], batch.ids, batch.ids),
            )
        named[label] = [*named.get(label, []), *(key for (key,) in rows)]
    return named


def files(found: dict[str, list[int]]) -> list[str]:
    """Every file of these rows, each once."""
    names: set[str] = set()
    for label, rows in found.items():
        for column in plan.PLAN[label].files if rows else ():
            held = query(
                "SELECT {column} FROM {table} WHERE id = ANY(%s) AND {column} <> ''",
                rows,
                table=plan.table_of(label),
                column=plan.key_of(column),
            )
            names |= {name for (name,) in held}
    return sorted(names)


ABOUT = """(subject_type, subject_id) IN
  (SELECT * FROM unnest(%s::text[], %s::bigint[])) OR (subject_type = 'claims.dossier' AND subject_id = ANY(%s))"""


def _subjects(found: dict[str, list[int]]) -> tuple[list[str], list[int]]:
    pairs = [(label.lower(), key) for label, rows in found.items() for key in rows]
    return [label for label, _key in pairs], [key for _label, key in pairs]


def about(batch: Batch, found: dict[str, list[int]], *, forget: bool) -> dict[str, int]:
    """Count, or forget, what speaks of these rows: notifications go, the journal keeps the fact and its date."""
    pairs = (*_subjects(found), batch.ids)
    journal = "(cabinet_id = %s OR cabinet_id IS NULL) AND (dossier_id = ANY(%s) OR " + ABOUT + ")"
    whose = (batch.term.cabinet, batch.ids)
    erasable = (
        f"{journal} AND NOT (subject_label = '' AND actor_label = '' AND user_id IS NULL AND detail = '{{{{}}}}')"
    )
    if not forget:
        [(told,)] = query(f"SELECT count(*) FROM messaging_notification WHERE {ABOUT}", *pairs)
        [(noted,)] = query(f"SELECT count(*) FROM accounts_journalentry WHERE {erasable}", *whose, *pairs)
        return {OUTBOX: told, JOURNAL: noted}
    erased = ERASED.replace("{}", "{{}}")
    return {
        OUTBOX: execute(f"DELETE FROM messaging_notification WHERE {ABOUT}", *pairs),
        JOURNAL: execute(f"UPDATE accounts_journalentry SET {erased} WHERE {erasable}", *whose, *pairs),
    }


def forget(found: dict[str, list[int]]) -> dict[str, int]:
    """Delete these rows; foreign keys are checked at the end of the transaction, so that order does not matter."""
    return {
        label: execute("DELETE FROM {table} WHERE id = ANY(%s)", rows, table=plan.table_of(label))
        for label, rows in found.items()
        if rows
    }
