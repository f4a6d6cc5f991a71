"""Plates and numbers for comparing, as the SQL function `plate_key` makes them."""

from collections.abc import Iterable

from django.db import models
from django.db.models import Func, Q, Value
from django.db.models.lookups import Exact

_SEPARATORS = str.maketrans("", "", " -./_\t\u00a0\u2011\u202f")


def key_of(text: str) -> str:
    """In capitals, without the dashes, dots and spaces that come and go."""
    return text.translate(_SEPARATORS).upper()


def named(key: str) -> Q:
    """Whose plate, now or formerly, claim number or reference is exactly this, separators and case apart."""
    alike = Q(plate_key=key) | formerly([key])
    for name in ("claim_number", "reference"):
        alike |= Q(Exact(Func(name, function="plate_key", output_field=models.TextField()), Value(key)))
    return alike


def formerly(keys: Iterable[str]) -> Q:
    """Whose car had one of these plates; each key stands between two spaces."""
    found = Q(pk__in=[])
    for key in keys:
        found |= Q(former_keys__contains=f" {key} ")
    return found
