"""Working days, with the holidays of the place."""

from datetime import date

import pytest

from claims.calendar import add_working_days, is_working_day


@pytest.mark.parametrize(
    ("start", "days", "postal_code", "expected"),
    [
        (date(2026, 11, 20), 1, "74000", date(2026, 11, 23)),  # over a week-end
        (date(2026, 11, 10), 1, "74000", date(2026, 11, 12)),  # over 11 November
        (date(2026, 4, 2), 1, "74000", date(2026, 4, 3)),  # Good Friday is worked…
        (date(2026, 4, 2), 1, "67000", date(2026, 4, 7)),  # … but not in Alsace, nor Easter Monday
        (date(2026, 4, 2), 1, "57000", date(2026, 4, 7)),  # nor in Moselle
        (date(2026, 5, 21), 1, "97200", date(2026, 5, 26)),  # 22 May in Martinique, a week-end, Whit Monday
        (date(2026, 11, 20), 0, "74000", date(2026, 11, 20)),
    ],
)
def test_add_working_days(start, days, postal_code, expected):
    assert add_working_days(start, days, postal_code) == expected


def test_unknown_place_has_the_eleven_days():
    assert not is_working_day(date(2026, 7, 14))
    assert is_working_day(date(2026, 12, 26), "") is False  # a Saturday
    assert is_working_day(date(2025, 12, 26), "") is True
    assert is_working_day(date(2025, 12, 26), "68000") is False


@pytest.mark.parametrize(
    ("postal_code", "day"),
    [
        ("97110", date(2026, 5, 27)),  # the day slavery was abolished, place by place
        ("97200", date(2026, 5, 22)),
        ("97300", date(2026, 6, 10)),
        ("97600", date(2026, 4, 27)),
        ("97400", date(2027, 12, 20)),
        ("97133", date(2026, 10, 9)),  # Saint-Barthélemy, not Guadeloupe
        ("97150", date(2026, 5, 28)),  # Saint-Martin
        ("98600", date(2026, 7, 29)),
        ("98713", date(2026, 3, 5)),
        ("98800", date(2026, 9, 24)),
    ],
)
def test_overseas_keeps_its_own_days(postal_code, day):
    assert not is_working_day(day, postal_code)
    assert is_working_day(day, "74000")


def test_saint_barthelemy_works_on_the_day_of_guadeloupe():
    assert is_working_day(date(2026, 5, 27), "97133")
    assert not is_working_day(date(2026, 7, 14), "97500")
