"""Reminders that stop: of what is missing, late and not announced, so often and no more, a letter a person and a day.

A run is one transaction under one lock: killed anywhere it leaves nothing, run again it finds the day's letters and
does nothing. What is asked for is decided anew first, and once more by each letter when it leaves.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.db import connection
from django.db.models import Exists, OuterRef
from django.utils import timezone

from accounts import journal, scope
from accounts.models import CabinetEstablishment, JournalEntry
from accounts.scope import Actor, Right, System
from accounts.services.holders import holders
from claims.calendar import add_working_days, is_working_day
from claims.models import CabinetRules, Dossier, DossierFacts, Expectation, ReminderLetter
from claims.services import expectations
from claims.workflow import State, Step

LOCK = "SELECT pg_advisory_xact_lock(hashtext('reminders'))"
BATCH = 1000

# Who is reminded of what: whoever may do it.
RIGHTS: dict[str, tuple[Right, ...]] = {
    State.AWAITING_REMOTE: (Right.DEPOSIT,),
    State.AWAITING_VISIT: (Right.DATES,),
    State.AWAITING_DOCUMENTS: (Right.DEPOSIT,),
    State.AWAITING_INVOICE: (Right.INVOICE, Right.DEPOSIT),
    Expectation.About.REQUEST: (Right.DEPOSIT,),
    Expectation.About.DATE: (Right.DATES,),
}


class Fact(StrEnum):
    """The journal's name of a letter; its mail follows from it."""

    REMINDER_LETTER = "reminder_letter"


@dataclass(slots=True)
class Report:
    """What a run did; `had_run` when the day's letters were written already."""

    dossiers: int = 0
    letters: int = 0
    had_run: bool = False


def remind(today: date | None = None) -> Report:
    """Write the day's reminders; `today` is a day in Paris."""
    today = today or timezone.localdate()
    expectations.reconcile()
    with scope.system(System.FOLLOW_UP) as actor:
        with connection.cursor() as cursor:
            cursor.execute(LOCK)
        if ReminderLetter.objects.filter(sent_on=today).exists():
            return Report(had_run=True)
        expectations.refresh([row.dossier_id for row in _late(today)])
        due = [row for row in _late(today) if _is_due(row, today)]
        people = _people(due)
        due = [row for row in due if people[row.pk]]
        _note(due, today, actor)
        return Report(len({row.dossier_id for row in due}), _write(due, people, today, actor))


def _late(today: date) -> list[Expectation]:
    """What shops are late with, where reminding makes sense; rules and rhythm are asked afterwards."""
    here = {"cabinet": OuterRef("cabinet"), "establishment": OuterRef("establishment")}
    closed = CabinetEstablishment.objects.filter(suspended_at__isnull=False, **here)
    resting = DossierFacts.objects.filter(dossier=OuterRef("dossier"), reminders_suspended_until__gte=today)
    rows = (
        Expectation.objects.of_shops()
        .filter(due_on__lt=today, kind__in=list(RIGHTS))
        .exclude(establishment__organisation=None)
    )
    rules = {row.cabinet_id: row for row in CabinetRules.objects.all()}
    found = rows.filter(~Exists(closed), ~Exists(resting)).select_related("establishment").order_by("due_on", "pk")
    return [row for row in found if row.reminders < _rules(rules, row).reminder_times and _rested(row, rules, today)]


def _rules(rules: dict[int, CabinetRules], row: Expectation) -> CabinetRules:
    return rules.get(row.cabinet_id) or CabinetRules()


def _rested(row: Expectation, rules: dict[int, CabinetRules], today: date) -> bool:
    if row.reminded_on is None:
        return True
    return add_working_days(row.reminded_on, _rules(rules, row).reminder_every, _place(row)) <= today


def _place(row: Expectation) -> str:
    return row.establishment.postal_code if row.establishment else ""


def _is_due(row: Expectation, today: date) -> bool:
    """Nobody is reminded on a Sunday, nor on a holiday of their place."""
    return is_working_day(today, _place(row))


def _people(rows: list[Expectation]) -> dict[int, set[int]]:
    """For each expectation the users to remind of it."""
    by_rights: dict[tuple[Right, ...], list[Expectation]] = defaultdict(list)
    for row in rows:
        by_rights[RIGHTS[row.kind]].append(row)
    found: dict[int, set[int]] = {}
    for rights, group in by_rights.items():
        of_site = holders({row.establishment_id for row in group if row.establishment_id}, rights)
        found |= {row.pk: of_site.get(row.establishment_id or 0, set()) for row in group}
    return found


def _note(rows: list[Expectation], today: date, actor: Actor) -> None:
    """Count them, and say so in the étapes of each dossier."""
    labels = dict(Dossier.objects.filter(pk__in={row.dossier_id for row in rows}).values_list("pk", "reference"))
    for row in rows:
        row.reminders, row.reminded_on = row.reminders + 1, today
    Expectation.objects.bulk_update(rows, ["reminders", "reminded_on"], BATCH)
    JournalEntry.objects.bulk_create((_entry(row, labels[row.dossier_id], actor) for row in rows), BATCH)


def _entry(row: Expectation, label: str, actor: Actor) -> JournalEntry:
    """As `journal.record` writes it; nobody listens to this one, the letter is what is told."""
    return JournalEntry(
        event=Step.REMINDED,
        subject_type=Dossier._meta.label_lower,
        subject_id=row.dossier_id,
        subject_label=label,
        actor_label=actor.label,
        actor_role=actor.role,
        cabinet_id=row.cabinet_id,
        establishment_id=row.establishment_id,
        detail={"document": row.text, "number": row.reminders},
    )


def _write(rows: list[Expectation], people: dict[int, set[int]], today: date, actor: Actor) -> int:
    of_person: dict[int, list[int]] = defaultdict(list)
    for row in rows:
        for user in people[row.pk]:
            of_person[user].append(row.pk)
    for user, keys in sorted(of_person.items()):
        letter = ReminderLetter.objects.create(user_id=user, sent_on=today, expectations=keys)
        journal.record(letter, Fact.REMINDER_LETTER, actor=actor)
    return len(of_person)


def still_missing(letter: ReminderLetter) -> list[Expectation]:
    """What the letter is about and is expected still, of people who still may do it; the latest first."""
    rows = Expectation.objects.of_shops().filter(pk__in=letter.expectations, due_on__lt=timezone.localdate())
    resting = DossierFacts.objects.filter(
        dossier=OuterRef("dossier"), reminders_suspended_until__gte=timezone.localdate()
    )
    found = list(rows.filter(~Exists(resting)).select_related("dossier__cabinet").order_by("due_on", "pk"))
    people = _people(found)
    return [row for row in found if letter.user_id in people[row.pk]]
