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
