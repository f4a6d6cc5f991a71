"""The purge itself: cabinet by cabinet, some dossiers a transaction, each lot written in the ledger before it goes.

Killed anywhere, it is finished by the next run: until the commit nothing is gone; after it the ledger still names the
files to remove. Rows go first, files after them, so that no row ever leads to a file that is not there.
"""

import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from django.conf import settings
from django.core.files.storage import default_storage
from django.utils import timezone

from portal.retention import plan, statements
from portal.retention.ledger import Ledger, Lot, fingerprint
from portal.retention.statements import DOSSIERS, Batch, ContextLostError, Term, seeing_everything

Progress = Callable[[int], object]


@dataclass
class Share:
    """What one cabinet no longer keeps, or would no longer."""

    code: str
    years: int
    limit: datetime
    rows: Counter[str] = field(default_factory=Counter)
    files: int = 0


@dataclass
class Outcome:
    shares: list[Share] = field(default_factory=list)
    resumed: int = 0  # lots that an interrupted purge had begun
    head: str = ""

    @property
    def rows(self) -> Counter[str]:
        return sum((share.rows for share in self.shares), Counter[str]())

    @property
    def files(self) -> int:
        return sum(share.files for share in self.shares)


def ledger() -> Ledger:
    return Ledger(Path(settings.PURGE_LEDGER))


def look(today: date | None = None) -> Outcome:
    """What a purge would do now; nothing is changed, and nothing written."""
    plan.check()
    outcome = Outcome(head=ledger().head)
    with seeing_everything():
        for term in statements.terms(today or timezone.localdate()):
            share = Share(term.code, term.years, term.limit)
            outcome.shares.append(share)
            seen: set[tuple[str, int]] = set()
            for batch in _batches_to_count(term, seen):
                found = statements.keys(batch)
                seen |= {(label, key) for label, rows in found.items() for key in rows}
                share.rows += Counter({label: len(rows) for label, rows in found.items()})
                share.rows += Counter(statements.about(batch, found, forget=False))
                share.files += len(statements.files(found))
    return outcome


def _batches_to_count(term: Term, seen: set[tuple[str, int]]) -> Iterator[Batch]:
    """The same as a purge would meet: what goes with a dossier is not met a second time by its own date."""
    last = 0
    while batch := statements.next_batch(term, last, lock=False):
        last = batch.ids[-1]
        yield batch
    alone = statements.next_aged(term, at_most=None)
    alone.aged = {label: [key for key in keys if (label, key) not in seen] for label, keys in alone.aged.items()}
    if alone:
        yield alone


def purge(today: date | None = None, progress: Progress = lambda _done: None) -> Outcome:
    """Forget what is over, and finish what an interrupted purge had begun."""
    plan.check()
    book, outcome = ledger(), Outcome()
    with book.locked():
        outcome.resumed = finish(book)
        with seeing_everything():
            terms = statements.terms(today or timezone.localdate())
        for term in terms:
            share = Share(term.code, term.years, term.limit)
            outcome.shares.append(share)
            while done := _one_lot(book, term, share):
                progress(done)
        outcome.head = book.head
    return outcome


def _one_lot(book: Ledger, term: Term, share: Share) -> int:
    """Forget one batch of a cabinet; how many dossiers or other rows it was about, 0 when nothing is left."""
    with seeing_everything():
        batch = statements.next_batch(term, lock=True) or statements.next_aged(term)
        if not batch:
            return 0
        lot, rows = forget(book, batch)
    remove_files(lot)
    book.write("fin", lot=lot.number, lignes=dict(rows), nombre_fichiers=len(lot.files))
    share.rows += rows
    share.files += len(lot.files)
    return len(batch.ids) or sum(map(len, batch.aged.values()))


def forget(book: Ledger, batch: Batch) -> tuple[Lot, Counter[str]]:
    """In the caller's transaction: write the lot down, then delete its rows, as many as were found."""
    found = statements.keys(batch)
    marks = tuple((key, fingerprint(key, created)) for key, created in batch.dossiers)
    lot = Lot(uuid.uuid4().hex, batch.term.code, marks, tuple(statements.files(found)))
    book.write("debut", lot=lot.number, plan=plan.VERSION, cabinet=lot.cabinet, dossiers=marks, fichiers=lot.files)
    rows = Counter(statements.about(batch, found, forget=True))
    rows += Counter(statements.forget(found))
    expected = {label: len(keys) for label, keys in found.items() if keys}
    if any(rows[label] != count for label, count in expected.items()) or rows[DOSSIERS] != len(batch.ids):
        raise ContextLostError("La base a effacé moins de lignes qu'elle n'en montrait : rien n'a été enregistré.")
    return lot, rows


def finish(book: Ledger) -> int:
    """Settle the lots of an interrupted purge: rows gone, files follow; rows there, it never happened."""
    lots = book.open_lots()
    for lot in lots:
        with seeing_everything():
            there = bool(still_there(lot)) or (not lot.dossiers and files_are_named(lot))
        if there:
            book.write("annule", lot=lot.number)
        else:
            remove_files(lot)
            book.write("fin", lot=lot.number, repris=True, nombre_fichiers=len(lot.files))
    return len(lots)


def still_there(lot: Lot) -> list[tuple[int, datetime]]:
    """Those dossiers of a lot that the base holds (again): by key and fingerprint."""
    marks = dict(lot.dossiers)
    rows = statements.query("SELECT id, created_at FROM claims_dossier WHERE id = ANY(%s) ORDER BY id", list(marks))
    return [(key, created) for key, created in rows if fingerprint(key, created) == marks[key]]


def files_are_named(lot: Lot) -> bool:
    """Whether a row still leads to one of the lot's files: then the lot's transaction never ended."""
    for label, rule in plan.PLAN.items():
        for column in rule.files:
            found = statements.query(
                "SELECT 1 FROM {table} WHERE {column} = ANY(%s) LIMIT 1",
                list(lot.files),
                table=plan.table_of(label),
                column=plan.key_of(column),
            )
            if found:
                return True
    return False


def remove_files(lot: Lot) -> None:
    """A file that is gone already is no error: an interrupted purge had got that far."""
    for name in lot.files:
        default_storage.delete(name)


def replay(progress: Progress = lambda _done: None) -> int:
    """Forget again what a restored backup brought back; how many dossiers that was."""
    plan.check()
    book, again = ledger(), 0
    with book.locked():
        finish(book)
        for lot in book.finished_lots():
            with seeing_everything():
                back = still_there(lot)
                term = Term(_cabinet_of(lot), lot.cabinet, 0, timezone.now())
                new = forget(book, Batch(term, dossiers=back)) if back else None
            remove_files(lot)
            if new:
                remove_files(new[0])
                book.write("fin", lot=new[0].number, lignes=dict(new[1]), nombre_fichiers=len(new[0].files))
            again += len(back)
            progress(len(lot.dossiers))
    return again


def _cabinet_of(lot: Lot) -> int:
    rows = statements.query("SELECT id FROM accounts_cabinet WHERE code = %s", lot.cabinet)
    return int(rows[0][0]) if rows else 0
