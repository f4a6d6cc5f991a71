"""Who is told of what is asked, of what is missing and of compléments, and in what words."""

from typing import Any

from django.db.models import QuerySet

from accounts.menus import Menu
from accounts.models import CabinetMember, User
from accounts.scope import Right
from accounts.services.holders import holders
from claims.models import DocumentRequest, ReminderLetter, Supplement
from claims.services import reminders
from claims.services.assignments import watching
from messaging.links import address
from messaging.telling.persons import active, closed, themself

REMINDED_LINES = 30  # dossiers named in a reminder; the page it leads to has them all
DECIDERS = (CabinetMember.Role.EXPERT, CabinetMember.Role.MANAGER)


def reminded(letter: ReminderLetter) -> QuerySet[User]:
    return themself(letter.user_id)


def nothing_missing(letter: ReminderLetter) -> str:
    return "" if reminders.still_missing(letter) else "plus rien ne manque"


def reminder(letter: ReminderLetter, _user: User) -> dict[str, Any]:
    """References and what is expected; neither the insured nor the car."""
    lines = [
        {
            "reference": row.dossier.reference,
            "cabinet": row.dossier.cabinet.name,
            "text": row.text,
            "due_on": row.due_on,
            "link": address("dossier", row.dossier.cabinet.code, row.dossier.reference),
        }
        for row in reminders.still_missing(letter)
    ]
    return {"lines": lines[:REMINDED_LINES], "count": len(lines), "link": address("todo")}


def deciders(row: Supplement) -> QuerySet[User]:
    """The expert of the dossier; where it has none, all who may decide."""
    everybody = CabinetMember.objects.filter(cabinet=row.cabinet_id, role__in=DECIDERS)
    staff = watching(everybody, Menu.SUPPLEMENTS, site=row.establishment_id, dossier=row.dossier)
    own = staff.filter(pk=row.dossier.expert_id or 0)
    return active((own if own.exists() else staff).values("user"))


def senders(row: DocumentRequest) -> QuerySet[User]:
    """All who may send there what is asked, while the cabinet has not closed the shop's access."""
    if row.establishment_id is None or closed(row.cabinet_id, row.establishment_id):
        return User.objects.none()
    people = holders([row.establishment_id], [Right.DEPOSIT])[row.establishment_id]
    return User.objects.filter(pk__in=people, is_active=True)


def nothing_to_send(row: DocumentRequest) -> str:
    return "" if row.is_unanswered else "les documents sont envoyés, ou la demande est retirée"


def documents(row: DocumentRequest, _user: User) -> dict[str, Any]:
    """The kinds of documents, not what staff typed beside them: people write names into it."""
    link = address("dossier_send", row.cabinet.code, row.dossier.reference)
    return {"row": row, "reference": row.dossier.reference, "cabinet": row.cabinet, "link": link}


def askers(row: Supplement) -> QuerySet[User]:
    """Whoever asked, while they still may; otherwise all who may ask there."""
    if row.establishment_id is None or closed(row.cabinet_id, row.establishment_id):
        return User.objects.none()
    people = holders([row.establishment_id], [Right.SUPPLEMENT])[row.establishment_id]
    return User.objects.filter(pk__in={row.author_id} & people or people, is_active=True)


def decided(row: Supplement) -> str:
    return "" if row.is_pending else "le complément est déjà décidé"


def supplement(row: Supplement, _user: User) -> dict[str, Any]:
    """Neither the car nor the comment: people write names into it."""
    link = address("admin:claims_dossier_change", row.dossier_id)
    return {"row": row, "reference": row.dossier.reference, "shop": row.sender_label, "link": f"{link}#complements"}


def answer(row: Supplement, _user: User) -> dict[str, Any]:
    link = address("dossier_supplement", row.cabinet.code, row.dossier.reference)
    return {"row": row, "reference": row.dossier.reference, "cabinet": row.cabinet, "link": link}
