"""What arrived for the people of a shop: written with the fact, set by set, and read when the dossier is opened."""

import json
from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.utils import timezone

from accounts import scope
from accounts.http import ActorRequest
from accounts.models import JournalEntry
from accounts.scope import Actor, Right, System
from claims.models import Document, Dossier
from claims.services.dossiers import note_visits
from claims.workflow import DONE, STEPS, Action, Fact, Step
from messaging.models import News, NewsQuerySet

POPPED_UP = 5
SEEN = "nouveautes"  # the session's key: the newest of the news it has shown in the pop-up

# What a cabinet does without anything arriving at the shop, or a shop does itself.
QUIET = frozenset(
    {Action.RECEIVE, Action.SYNCHRONISE, Action.START_WORKS, Action.CLOSE, Action.PROPOSE_DATE, Action.ACCEPT_DATE}
    | {Fact.VERSION_ACKNOWLEDGED, Fact.DOCUMENT_SEEN, Fact.DOCUMENT_ACCEPTED, Fact.EXPORT_ORDERED}
)
ANSWERED = (Step.REQUEST_WITHDRAWN, Step.REQUEST_DONE, Step.DEADLINE_EXTENDED, Step.SUPPLEMENT_DECIDED)
REPORTED = (Step.VEHICLE_UNSEEN, Step.VEHICLE_UNCOLLECTED, Step.VEHICLE_COLLECTED, Step.EXAM_DONE)
SAID = (Step.MESSAGE_RECEIVED, Step.QUESTION_ASKED)
TOLD = frozenset(event for event in DONE if event not in QUIET).union(ANSWERED, SAID, REPORTED)

# Whoever answers for the company, or may look at the establishment by a delegation in force; nobody the cabinet has
# closed. Whether they still may is asked again when they read.
SHOW = """
INSERT INTO messaging_news (user_id, dossier_id, fact, event, title, text, document, thread, at, read_at)
SELECT DISTINCT ON (m.user_id, j.id) m.user_id, d.id, j.id, j.event,
  left(COALESCE(%(titles)s::jsonb ->> (j.detail ->> 'kind'), %(events)s::jsonb ->> j.event, j.event), 160),
  left(COALESCE(j.detail ->> 'what', j.detail ->> 'reason', ''), 300),
  CASE WHEN j.event = %(published)s THEN (j.detail ->> 'uuid')::uuid END,
  (j.detail ->> 'thread')::uuid, j.at, v.opened_at
FROM accounts_journalentry j
JOIN claims_dossier d ON d.id = j.subject_id AND j.subject_type = 'claims.dossier'
JOIN accounts_establishment e ON e.id = d.establishment_id
JOIN accounts_shopmember m ON m.organisation_id = e.organisation_id AND m.left_at IS NULL
JOIN accounts_user u ON u.id = m.user_id AND u.is_active
LEFT JOIN claims_dossiervisit v ON v.user_id = m.user_id AND v.dossier_id = d.id AND v.opened_at >= j.at
WHERE j.id = ANY(%(facts)s) AND j.event = ANY(%(told)s)
  AND NOT EXISTS (SELECT FROM accounts_cabinetestablishment l WHERE l.cabinet_id = d.cabinet_id
    AND l.establishment_id = d.establishment_id AND l.suspended_at IS NOT NULL)
  AND (m.role = 'responsable' OR EXISTS (
    SELECT FROM accounts_delegation g JOIN accounts_delegationprofile p ON p.id = g.profile_id
    WHERE g.member_id = m.id AND g.revoked_at IS NULL AND 'view' = ANY(p.rights)
      AND g.from_on <= %(today)s AND (g.to_on IS NULL OR g.to_on >= %(today)s)
      AND (p.everywhere OR EXISTS (SELECT FROM accounts_profileestablishment x
        WHERE x.profile_id = p.id AND x.establishment_id = e.id))))
ORDER BY m.user_id, j.id
ON CONFLICT DO NOTHING
"""


def is_news(entry: JournalEntry) -> bool:
    return entry.subject_type == Dossier._meta.label_lower and entry.event in TOLD


def show(facts: Sequence[int]) -> int:
    """Write what these journal entries are to each person concerned, in one statement; twice is once. How many."""
    values: dict[str, Any] = {
        "facts": list(facts),
        "titles": _json({kind.value: str(kind.label) for kind in Document.Kind}),
        "events": _json({str(event): STEPS[event] for event in TOLD}),
        "told": sorted(str(event) for event in TOLD),
        "published": Action.PUBLISH_DOCUMENT.value,
        "today": timezone.localdate(),
    }
    with scope.system(System.OUTBOX), connection.cursor() as cursor:
        cursor.execute(SHOW, values)
        return int(cursor.rowcount)


def popped_up(request: ActorRequest) -> list[News]:
    """The newest unread news this session has not shown yet, at most five; asked only when there is one."""
    actor = getattr(request, "actor", None)
    told = (actor.beside.get("news") or {}) if actor else {}
    if actor is None or told.get("last", 0) <= request.session.get(SEEN, 0):
        return []
    request.session[SEEN] = told["last"]
    rows = own(actor).unread().newest_first()
    return list(rows.select_related("dossier", "dossier__cabinet")[:POPPED_UP])


def own(actor: Actor) -> NewsQuerySet:
    """The news a person may see now."""
    return News.objects.visible_to(actor.where(Right.VIEW))


def read(actor: Actor, *, one: News | None = None) -> None:
    """Mark one as read, or all; a dossier of which nothing is left unread is no longer NEW in the list."""
    rows = own(actor).unread()
    if one is None:
        note_visits(set(rows.values_list("dossier_id", flat=True)), user_id=actor.user_id or 0)
        return
    rows.filter(pk=one.pk).update(read_at=timezone.now())
    if not rows.filter(dossier=one.dossier_id).exists():
        note_visits([one.dossier_id], user_id=actor.user_id or 0)


def _json(labels: dict[str, str]) -> str:
    return json.dumps(labels)
