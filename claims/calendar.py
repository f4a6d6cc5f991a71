"""Working days: Monday to Friday, without the public holidays of the place."""

from datetime import date, timedelta
from functools import lru_cache

import holidays

# Code du travail, art. L3133-1 (the eleven days), L3134-13 (Alsace and Moselle), L3422-2 (overseas departments, with
# the day slavery was abolished there); the collectivities by their own texts, as the library gathers them.
ALSACE, MOSELLE = "6AE", "57"
_SUBDIVISIONS = {
    "67": ALSACE,
    "68": ALSACE,
    "57": MOSELLE,
    **{code: code for code in ("971", "972", "973", "974", "976")},
    "97133": "BL",  # Saint-Barthélemy and Saint-Martin kept postal codes of Guadeloupe
    "97150": "MF",
    "975": "PM",
    "986": "WF",
    "987": "PF",
    "988": "NC",
}


def subdivision(postal_code: str) -> str | None:
    """Where other holidays than the eleven of everywhere apply, by the first digits of a postal code."""
    return next((found for digits in (5, 3, 2) if (found := _SUBDIVISIONS.get(postal_code[:digits]))), None)


@lru_cache(maxsize=64)
def _holidays(year: int, place: str | None) -> frozenset[date]:
    return frozenset(holidays.country_holidays("FR", subdiv=place, years=year))


def is_working_day(day: date, postal_code: str = "") -> bool:
    return day.weekday() < 5 and day not in _holidays(day.year, subdivision(postal_code))


def is_holiday(day: date, postal_code: str = "") -> bool:
    return day in _holidays(day.year, subdivision(postal_code))


def is_open_day(day: date, postal_code: str = "") -> bool:
    """Whether a visit may take place: no Sunday, no public holiday of the place; experts do work on Saturdays."""
    return day.weekday() < 6 and not is_holiday(day, postal_code)


def add_working_days(start: date, days: int, postal_code: str = "") -> date:
    """The day that ends `days` working days counted from the day after `start`."""
    day = start
    while days > 0:
        day += timedelta(days=1)
        days -= is_working_day(day, postal_code)
    return day
