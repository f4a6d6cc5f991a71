"""Rows read inside the statement that reads another: a page costs no trip more for each kind of thing it shows."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from django.contrib.postgres.expressions import ArraySubquery
from django.db import DEFAULT_DB_ALIAS, models
from django.db.models.functions import JSONObject

M = TypeVar("M", bound=models.Model)


def nested(rows: "models.QuerySet[Any]") -> ArraySubquery:
    """The rows, in their order, as an annotation of the row they are tied to by `OuterRef`; `unnested` reads it."""
    names = [field.attname for field in rows.model._meta.concrete_fields]
    return ArraySubquery(rows.values(row=JSONObject(**{name: name for name in names})))


def unnested(model: type[M], found: Iterable[Mapping[str, Any]] | None) -> list[M]:
    return [row_of(model, row) for row in found or ()]


def row_of(model: type[M], found: Mapping[str, Any]) -> M:
    """A row from its columns as JSON, where dates are ISO text; columns of a later release are left out."""
    fields = model._meta.concrete_fields
    values = [field.to_python(found[field.attname]) for field in fields]
    return model.from_db(DEFAULT_DB_ALIAS, [field.attname for field in fields], values)
