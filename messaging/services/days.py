"""The days of a form, and the delays of answers."""

from datetime import date

from django.core.exceptions import ValidationError
from django.utils import timezone

from claims.calendar import add_working_days
from claims.models import Dossier
from claims.models.appointments import HalfDay, Wish
from claims.services.expectations import ANSWER_DAYS


def wish_of(day: str) -> Wish:
    """« 2026-12-03_matin », or the day alone. Raises `ValidationError` for what is no such thing."""
    on, _, half = day.partition("_")
    if half not in HalfDay.values:
        raise ValidationError({"date": "Choisissez un jour de passage de l’expert."})
    try:
        return Wish(date.fromisoformat(on), half=half)
    except ValueError as problem:
        raise ValidationError({"date": "Écrivez une date, par exemple 31/12/2026."}) from problem


def answer_due(dossier: Dossier, days: int = ANSWER_DAYS) -> date:
    """When an answer is expected, in working days of the shop's place."""
    shop = dossier.establishment
    return add_working_days(timezone.localdate(), days, shop.postal_code if shop else "")
