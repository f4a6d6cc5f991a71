"""Who is told of what is missing and of compléments, and in what words."""

from typing import Any

from django.db.models import QuerySet

from accounts.models import CabinetEstablishment, CabinetMember, User
from accounts.scope import Right
from accounts.services.holders import holders
from claims.models import ReminderLetter, Supplement
from claims.services import reminders
from messaging.links import address

REMINDED_LINES = 30  # dossiers named in a reminder; the page it leads to has them all
DECIDERS = (CabinetMember.Role.EXPERT, CabinetMember.Role.MANAGER)


def reminded(letter: ReminderLetter) -> QuerySet[User]:
    return User.objects.filter(pk=letter.user_id, is_active=True)


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
    staff = CabinetMember.objects.filter(cabinet=row.cabinet_id, left_at=None, role__in=DECIDERS, user__is_active=True)
    own = staff.filter(pk=row.dossier.expert_id or 0)
    return User.objects.filter(pk__in=(own if own.exists() else staff).values("user"))


def askers(row: Supplement) -> QuerySet[User]:
    """Whoever asked, while they still may; otherwise all who may ask there."""
    closed = CabinetEstablishment.objects.filter(
        cabinet=row.cabinet_id, establishment=row.establishment_id, suspended_at__isnull=False
    )
    if row.establishment_id is None or closed.exists():
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
