"""Who is told of messages, questions and answers to validate; never what was written: people write names into it."""

from typing import Any

from django.db.models import QuerySet

from accounts.menus import Menu
from accounts.models import CabinetMember, User
from accounts.scope import Right
from accounts.services.holders import holders
from claims.services.assignments import watching
from messaging.links import address
from messaging.models import Message, Thread, ThreadRead
from messaging.subjects import Reader
from messaging.telling.persons import active, closed

ROLES = {Reader.EXPERT: CabinetMember.Role.EXPERT, Reader.CLERK: CabinetMember.Role.CLERK}


def _staff(message: Message) -> QuerySet[CabinetMember]:
    """Who of the cabinet sees the dossier, and answers messages."""
    everybody = CabinetMember.objects.filter(cabinet=message.cabinet_id)
    return watching(everybody, Menu.MESSAGES, site=message.establishment_id, dossier=message.dossier)


def _first_of(*groups: QuerySet[CabinetMember]) -> QuerySet[User]:
    """The people of the first group that has any."""
    found = next((group for group in groups if group.exists()), groups[-1])
    return active(found.values("user"))


def readers(message: Message) -> QuerySet[User]:
    """Whoever follows the thread; else the dossier's expert, or the people of the role; else all who answer."""
    staff, thread = _staff(message), message.thread
    own = staff.filter(pk=thread.assignee_id or 0)
    expert = staff.filter(pk=(message.dossier.expert_id or 0) if thread.reader == Reader.EXPERT else 0)
    managers = staff.filter(role=CabinetMember.Role.MANAGER)
    return _first_of(own, expert, staff.filter(role=ROLES[Reader(thread.reader)]), managers, staff)


def answered(message: Message) -> str:
    return "" if message.thread.state == Thread.State.CABINET else "le cabinet a répondu depuis"


def shop(message: Message) -> QuerySet[User]:
    """Whoever opened the thread, while they may still write there; otherwise all who may; not who has read it."""
    site = message.establishment_id
    if site is None or closed(message.cabinet_id, site):
        return User.objects.none()
    people = holders([site], [Right.MESSAGES])[site]
    told = {message.thread.opener_id} & people or people
    read = ThreadRead.objects.filter(thread=message.thread_id, read_id__gte=message.pk)
    return User.objects.filter(pk__in=told, is_active=True).exclude(pk__in=read.values("user"))


def answered_by_shop(message: Message) -> str:
    return "" if message.thread.state == Thread.State.SHOP else "la question a sa réponse, ou elle est close"


def validators(message: Message) -> QuerySet[User]:
    """The dossier's expert; else the experts; else who answers for the cabinet. Never the author."""
    staff = _staff(message).exclude(user=message.author_id)
    experts = staff.filter(role=CabinetMember.Role.EXPERT)
    return _first_of(
        experts.filter(pk=message.dossier.expert_id or 0), experts, staff.filter(role=CabinetMember.Role.MANAGER)
    )


def decided(message: Message) -> str:
    return "" if message.state == Message.State.WAITING else "la réponse est déjà validée ou refusée"


def author(message: Message) -> QuerySet[User]:
    """Who left the cabinet meanwhile is told nothing of it."""
    staff = CabinetMember.objects.filter(user=message.author_id, left_at=None, suspended_at=None)
    return active(staff.values("user"))


def _common(message: Message) -> dict[str, Any]:
    return {
        "reference": message.dossier.reference,
        "cabinet": message.dossier.cabinet,
        "subject": message.thread.subject,
        "thread": message.thread,
        "row": message,
    }


def for_cabinet(message: Message, _user: User) -> dict[str, Any]:
    link = address("admin:messaging_thread_change", message.thread_id)
    return _common(message) | {"shop": message.author_label, "link": link}


def for_shop(message: Message, _user: User) -> dict[str, Any]:
    return _common(message) | {"link": address("thread", message.thread.public_id)}
