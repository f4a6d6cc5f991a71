"""Subscriptions to the agenda: a secret address each, whose content follows the person's rights at every reading."""

import hashlib
import uuid
from collections.abc import Callable
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts import scope
from accounts.exceptions import NotAllowed
from accounts.models import CabinetMember
from accounts.scope import Actor, Kind, Right, System
from claims.feeds import calendar_of
from claims.models import AgendaFeed, Appointment, Memo, VisitPolicy
from claims.workflow import LIVE_DATES

KEPT, CANCELLED_KEPT = timedelta(days=120), timedelta(days=45)  # so that a calendar learns of what is no more
AT_MOST = 5000
Address = Callable[[Appointment | Memo], str]


def secret_of(feed: AgendaFeed) -> str:
    """What stands in the address: made of the row and of the secret key, kept nowhere."""
    return salted_hmac("claims.agenda", str(feed.nonce), algorithm="sha256").hexdigest()


def _fingerprint(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def subscribe(establishment_id: int | None, *, actor: Actor) -> AgendaFeed:
    """A new secret for this person and this establishment (None: all of theirs); the one before stops at once."""
    if actor.kind not in {Kind.REPAIRER, Kind.STAFF} or actor.user_id is None:
        raise NotAllowed("Votre compte n’a pas d’agenda.")
    if establishment_id is not None and not actor.may(Right.VIEW, establishment_id):
        raise NotAllowed("Votre profil n’ouvre pas cet établissement.")
    feed = AgendaFeed.objects.filter(user=actor.user_id, establishment=establishment_id).first()
    feed = feed or AgendaFeed(user_id=actor.user_id, establishment_id=establishment_id)
    feed.nonce, feed.created_at, feed.last_used_at = uuid.uuid4(), timezone.now(), None
    feed.token_hash = _fingerprint(secret_of(feed))
    feed.save()
    return feed


def unsubscribe(establishment_id: int | None, *, actor: Actor) -> None:
    """The address answers nobody from now on."""
    AgendaFeed.objects.filter(user=actor.user_id or 0, establishment=establishment_id).delete()


def read_feed(secret: str, *, address: Callable[[Actor], Address]) -> bytes | None:
    """The calendar behind an address; None for a wrong or revoked one, and for whoever may no longer see anything."""
    with scope.system(System.AGENDA):
        feed = AgendaFeed.objects.filter(token_hash=_fingerprint(secret)).first()
        if feed is None:
            return None
        role = CabinetMember.objects.filter(user=feed.user_id, left_at=None).first()
    with scope.acting_as(feed.user_id) as reader:
        actor = reader.where(Right.VIEW)
        if not _may_read(actor, feed):
            return None
        body = _body(feed, actor, role if role and role.role == CabinetMember.Role.EXPERT else None, address(actor))
    with scope.system(System.AGENDA):
        AgendaFeed.objects.filter(pk=feed.pk).update(last_used_at=timezone.now())
    return body


def _may_read(actor: Actor, feed: AgendaFeed) -> bool:
    if actor.kind == Kind.STAFF:
        return feed.establishment_id is None
    sites = actor.establishment_ids
    return actor.kind == Kind.REPAIRER and bool(sites) and feed.establishment_id in {None, *sites}


def _body(feed: AgendaFeed, actor: Actor, expert: CabinetMember | None, address: Address) -> bytes:
    """An expert's feed holds the dossiers entrusted to that expert, other staff's the whole cabinet's."""
    now = timezone.now()
    rows = Appointment.objects.visible_to(actor).filter(
        Q(status__in=LIVE_DATES) | Q(moved_at__gte=now - CANCELLED_KEPT),
        starts_on__gte=timezone.localdate() - KEPT,
    )
    if feed.establishment_id is not None:
        rows = rows.filter(establishment=feed.establishment_id)
    if expert is not None:
        rows = rows.filter(dossier__expert=expert.pk)
    found = list(rows.for_agenda()[:AT_MOST])
    sites = {site.pk: site.name for site in actor.sites}
    memos = Memo.objects.visible_to(actor).filter(Q(done_at=None) | Q(done_at__gte=now - CANCELLED_KEPT))
    if feed.establishment_id is not None:
        memos = memos.filter(establishment=feed.establishment_id)
    kept = list(memos.filter(on__gte=timezone.localdate() - KEPT).select_related("dossier").in_order()[:AT_MOST])
    return calendar_of(
        found,
        reminders={memo: address(memo) for memo in kept},
        name=f"Rendez-vous – {sites.get(feed.establishment_id or 0) or actor.label}",
        links={row.pk: address(row) for row in found},
        policies={policy.cabinet_id: policy for policy in VisitPolicy.objects.visible_to(actor)},
        for_shop=actor.kind == Kind.REPAIRER,
    )
