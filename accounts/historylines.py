"""The history of a row as people read it: columns and values in words, each person as far as one may know them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst

from accounts.models import CabinetMember, RowChange, User
from accounts.scope import Actor

AT_MOST = 100  # changes shown of a row
OTHERS = "une personne d’un réparateur"
Rows = Callable[[type[models.Model], Actor], "models.QuerySet[Any]"]


@dataclass(frozen=True, slots=True)
class Line:
    """One change: when, who, and column by column what stood there before and after."""

    at: datetime
    what: str
    who: str
    told: list[tuple[str, str, str]]


def history_of(row: models.Model, actor: Actor, rows: Rows) -> list[Line]:
    """The newest first; what is named by another row is named only if one may see that row."""
    found = RowChange.objects.visible_to(actor).filter(subject_type=row._meta.label_lower, subject_id=row.pk)
    changes = list(found.order_by("-at", "-pk")[:AT_MOST])
    people = _people({change.user_id for change in changes if change.user_id}, actor)
    return [
        Line(
            change.at,
            str(change.get_what_display()),
            people.get(change.user_id or 0) or (OTHERS if change.user_id else change.acting),
            [_told(row, column, values, actor, rows) for column, values in change.changes.items()],
        )
        for change in changes
    ]


def _people(keys: set[int], actor: Actor) -> dict[int, str]:
    """Staff know their colleagues by name; the network everybody."""
    if actor.sees_everything:
        everybody: models.QuerySet[User] = models.QuerySet(User).filter(pk__in=keys)
        return {user.pk: user.full_name or user.email for user in everybody}
    staff = CabinetMember.objects.visible_to(actor).filter(user__in=keys).select_related("user")
    return {member.user_id: member.user.full_name or member.user.email for member in staff}


def _told(row: models.Model, column: str, values: list[Any], actor: Actor, rows: Rows) -> tuple[str, str, str]:
    field = next((one for one in row._meta.concrete_fields if one.column == column), None)
    if field is None:
        return column, str(values[0]), str(values[1])
    before, after = (_said(field, value, actor, rows) for value in values)
    return str(capfirst(str(field.verbose_name))), before, after


def _said(field: Any, value: Any, actor: Actor, rows: Rows) -> str:
    if value in (None, "", [], {}):
        return "vide"
    if field.is_relation:
        found = rows(field.related_model, actor).filter(pk=value).first()
        return str(found) if found else "une autre"
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return _dated(field, value) or str(dict(field.flatchoices).get(value, value))


def _dated(field: Any, value: Any) -> str:
    try:
        if isinstance(field, models.DateTimeField):
            return date_format(timezone.localtime(datetime.fromisoformat(value)), "d/m/Y H:i")
        if isinstance(field, models.DateField):
            return date_format(date.fromisoformat(value), "d/m/Y")
    except ValueError:
        return ""
    return ""
