"""The rows of a list of threads, drawn as those of the dossiers are: fifty of them cost a template engine five times
what these strings cost. Every text that somebody typed goes through `escape` on its way into a cell.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from html import escape

from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from accounts.scope import Actor
from claims.templatetags.display import day
from messaging.models import Thread

STATES: dict[str, str] = {
    Thread.State.CABINET: '<span class="chip them">au cabinet de répondre</span>',
    Thread.State.ANSWERED: '<span class="chip">répondu</span>',
}
UNREAD = ' <b class="chip you">non lu</b>'
CLOSED = '<span class="chip">clos</span>'


@dataclass(frozen=True, slots=True)
class Around:
    """What the rows of one page share; names come from the actor, without a join."""

    cabinets: dict[int, str]  # empty when there is one
    sites: dict[int, str]  # empty when there is one
    start: str  # of the address of a thread
    with_dossier: bool
    today: date

    @classmethod
    def of(cls, actor: Actor, *, with_dossier: bool) -> "Around":
        cabinets = {one.pk: one.name for one in actor.cabinets} if len(actor.cabinets) > 1 else {}
        sites = {one.pk: one.name for one in actor.sites} if len(actor.sites) > 1 else {}
        return cls(cabinets, sites, reverse("messages"), with_dossier, timezone.localdate())


def rows_of(threads: Iterable[Thread], around: Around) -> SafeString:
    """The body of the table, escaped; the threads carry `is_unread` and what `for_lines` reads."""
    return SafeString("\n".join([_row(thread, around) for thread in threads]))


def _row(thread: Thread, around: Around) -> str:
    unread = thread.is_unread  # type: ignore[attr-defined]
    count, many = thread.document_count, thread.document_count > 1
    link = f'<a class="link" href="{around.start}{thread.public_id}/">{escape(thread.title)}</a>'
    last = f'{_moment(thread.last_message_at)} <span class="muted">{escape(thread.last_label)}</span>'
    files = f'{count}<span class="unit"> {"pièces jointes" if many else "pièce jointe"}</span>'
    cells = [
        f'<td class="what">{link}{UNREAD if unread else ""}</td>',
        _dossier(thread, around) if around.with_dossier else "",
        f'<td class="by">{escape(thread.opener_label)}</td>',
        f'<td class="at">{day(timezone.localtime(thread.created_at).date())}</td>',
        f'<td class="at">{last}</td>',
        f'<td class="num files{"" if count else " nothing"}">{files}</td>',
        f'<td class="state">{_state(thread, around.today)}</td>',
    ]
    return ('<tr class="unread">' if unread else "<tr>") + "".join(cells) + "</tr>"


def _dossier(thread: Thread, around: Around) -> str:
    dossier = thread.dossier
    named = (around.cabinets.get(thread.cabinet_id or 0, ""), around.sites.get(thread.establishment_id or 0, ""))
    beside = "".join(f' <span class="muted">{escape(name)}</span>' for name in named if name)
    return (
        f'<td class="ref">{escape(dossier.reference)} <span class="car">{escape(dossier.vehicle)}</span>{beside}</td>'
    )


def _moment(at: datetime) -> str:
    here = timezone.localtime(at)
    return f"{day(here.date())} {here.hour:02}:{here.minute:02}"


def _state(thread: Thread, today: date) -> str:
    if thread.state != Thread.State.SHOP:
        return STATES.get(thread.state, CLOSED)
    due = thread.due_on
    if due is None:
        return '<b class="chip you">à vous de répondre</b>'
    kind, when = ("late", f"en retard, attendu le {day(due)}") if due < today else ("you", f"avant le {day(due)}")
    when = "aujourd’hui" if due == today else when
    return f'<b class="chip {kind}">à vous de répondre</b> <span class="muted">{when}</span>'
