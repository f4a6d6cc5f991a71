"""« Envoyer mes tarifs »: a version that never changes, and one transmission per cabinet, later cabinets included."""

import uuid
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from accounts import journal, scope
from accounts.exceptions import NotAllowed
from accounts.menus import Menu
from accounts.models import Draft
from accounts.scope import Actor, Right, System
from accounts.services import register, submit
from tariffs.columns import COLUMNS
from tariffs.models import TariffDraft, TariffRate, TariffVersion, Transmission
from tariffs.services.drafts import forget_draft
from tariffs.services.grids import Parsed, ParsedRow

SEND = "send_tariffs"
_LOCK = 7_100_000_000  # a number space of our own: one sender per establishment at a time


class Fact(StrEnum):
    """What the journal says of rates."""

    TARIFF_SENT = "tariff_sent"
    TARIFF_RECEIVED = "tariff_received"
    TARIFF_RESENT = "tariff_resent"
    TARIFF_ACKNOWLEDGED = "tariff_acknowledged"


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of sending: a version, or a draft that waits for a responsable."""

    version: TariffVersion | None = None
    draft: Draft | None = None


@transaction.atomic
def send_grid(site_id: int, grid: Parsed, *, actor: Actor, token: uuid.UUID) -> Sent:
    """Send a grid; the same form sent twice (`token`) is one version. Raises `NotAllowed` without the right."""
    if not actor.may(Right.TARIFFS, site_id):
        raise NotAllowed("Votre profil ne permet pas d’envoyer les tarifs de cet établissement.")
    if earlier := TariffVersion.objects.visible_to(actor).filter(token=token).first():
        return Sent(version=earlier)
    if actor.must_submit(Right.TARIFFS, site_id):
        payload = {**grid.to_json(), "token": str(token)}
        draft = submit(SEND, actor=actor, establishment_id=site_id, summary=summary_of(grid), payload=payload)
        forget_draft(site_id, actor=actor)
        return Sent(draft=draft)
    version = _write(site_id, grid, actor=actor, token=token)
    forget_draft(site_id, actor=actor)
    return Sent(version=version)


def summary_of(grid: Parsed) -> str:
    """What a responsable reads before approving."""
    rows = len(grid.rows)
    return (
        f"Tarifs, {grid.make or 'toutes marques'} : {rows} ligne{'s' * (rows > 1)}, "
        f"à partir du {grid.applies_on:%d/%m/%Y} ou du jour de la validation si elle vient après"
    )


def _write(site_id: int, grid: Parsed, *, actor: Actor, token: uuid.UUID) -> TariffVersion:
    """Two people at once wait for each other, and make two versions in order."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK + site_id])
    same = TariffVersion.objects.filter(token=token).first()
    if same:
        return same
    last = TariffVersion.objects.filter(site=site_id).aggregate(last=Max("number"))["last"] or 0
    version = TariffVersion.objects.create(
        site_id=site_id,
        number=last + 1,
        make=grid.make,
        make_key=grid.make_key,
        applies_on=max(grid.applies_on, timezone.localdate()),
        sender_id=actor.user_id,
        sender_label=actor.label,
        token=token,
    )
    TariffRate.objects.bulk_create(_rate(version, number, row) for number, row in enumerate(grid.rows))
    journal.record(version, Fact.TARIFF_SENT, actor=actor, number=version.number)
    with scope.system(System.TARIFFS) as portal:
        _transmit(site_id, actor=portal)
    return version


def _rate(version: TariffVersion, position: int, row: ParsedRow) -> TariffRate:
    values = {column.slug: row.values.get(column.slug) for column in COLUMNS}
    return TariffRate(
        version=version,
        site_id=version.site_id,
        position=position,
        payer=row.payer,
        payer_key=row.payer_key,
        is_approved=row.is_approved,
        **values,
    )


# A cabinet that comes later gets what is in force and what is announced, not the history before it.
_MISSING = """
INSERT INTO tariffs_transmission (version_id, cabinet_id, establishment_id, sent_at, acknowledged_by)
SELECT v.id, l.cabinet_id, v.site_id, now(), ''
FROM accounts_cabinetestablishment l JOIN tariffs_tariffversion v ON v.site_id = l.establishment_id
WHERE l.suspended_at IS NULL AND (%(site)s IS NULL OR v.site_id = %(site)s)
  AND NOT EXISTS (SELECT FROM tariffs_tariffversion later WHERE later.site_id = v.site_id
    AND later.make_key = v.make_key AND later.applies_on <= %(today)s
    AND (later.applies_on, later.number) > (v.applies_on, v.number))
ON CONFLICT (version_id, cabinet_id) DO NOTHING
RETURNING id
"""


def _transmit(site_id: int | None, *, actor: Actor) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_MISSING, {"site": site_id, "today": timezone.localdate()})
        made = [key for (key,) in cursor.fetchall()]
    for transmission in Transmission.objects.filter(pk__in=made).select_related("version", "establishment"):
        journal.record(transmission, Fact.TARIFF_RECEIVED, actor=actor, number=transmission.version.number)
    return len(made)


def transmit_missing() -> int:
    """Give every cabinet what it should have: for the clock, as cabinets come at any time. How many were made."""
    with scope.system(System.TARIFFS) as portal:
        return _transmit(None, actor=portal)


@transaction.atomic
def acknowledge(transmission: Transmission, *, actor: Actor) -> bool:
    """The cabinet has it; False when somebody there had said so before."""
    actor.require(Menu.TARIFFS)
    if transmission.cabinet_id not in actor.cabinet_ids and not actor.sees_everything:
        raise NotAllowed("Cette grille a été transmise à un autre cabinet.")
    with scope.system(System.TARIFFS):
        row = Transmission.objects.select_for_update().get(pk=transmission.pk)
        if row.acknowledged_at is not None:
            return False
        row.acknowledged_at, row.acknowledged_by = timezone.now(), actor.label
        row.save(update_fields=["acknowledged_at", "acknowledged_by"])
        journal.record(row, Fact.TARIFF_ACKNOWLEDGED, actor=actor)
    return True


@transaction.atomic
def resend(version: TariffVersion, *, actor: Actor) -> int:
    """Tell again the cabinets that have not acknowledged; how many there were. Once a day at most for each."""
    if not actor.may(Right.TARIFFS, version.site_id):
        raise NotAllowed("Votre profil ne permet pas de renvoyer les tarifs de cet établissement.")
    day = timezone.now() - timedelta(days=1)
    with scope.system(System.TARIFFS):
        waiting = Transmission.objects.select_for_update().filter(version=version, acknowledged_at=None)
        rows = [row for row in waiting if (row.resent_at or row.sent_at) < day]
        for row in rows:
            row.resent_at = timezone.now()
            row.save(update_fields=["resent_at"])
            journal.record(row, Fact.TARIFF_RESENT, actor=actor)
    return len(rows)


def _approved(draft: Draft, actor: Actor) -> None:
    """A responsable validated what a collaborator had prepared."""
    token = uuid.UUID(draft.payload["token"])
    _write(draft.establishment_id, Parsed.from_json(draft.payload), actor=actor, token=token)


register(SEND, _approved, right=Right.TARIFFS)

__all__ = [
    "SEND",
    "Fact",
    "Sent",
    "TariffDraft",
    "acknowledge",
    "resend",
    "send_grid",
    "summary_of",
    "transmit_missing",
]
