"""Which rate applied: the rule, against another way of finding it."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tariffs.rules import Grid, applicable

DAY = date(2026, 1, 1)
PAYERS, MAKES = ("public", "macif", "maif"), ("", "tesla", "citroen")


@st.composite
def ledgers(draw):
    """Any set of versions of one shop, numbered in the order they were sent."""
    grids = []
    for number in range(1, draw(st.integers(0, 8)) + 1):
        payers = draw(st.sets(st.sampled_from(PAYERS)))
        begins = DAY + timedelta(days=draw(st.integers(0, 6)))
        grids.append(Grid(number, draw(st.sampled_from(MAKES)), begins, {payer: (number, payer) for payer in payers}))
    return draw(st.permutations(grids))


def by_brute_force(grids, payer, make, on):
    """Every row of every grid that had begun, unless a later grid for the same make took its place; then rank them."""
    live = [
        grid
        for grid in grids
        if grid.applies_on <= on
        and not any(
            other.make_key == grid.make_key
            and other.applies_on <= on
            and (other.applies_on, other.number) > (grid.applies_on, grid.number)
            for other in grids
        )
    ]
    rank = {(payer, make): 0, (payer, ""): 1, ("public", make): 2, ("public", ""): 3}
    rank |= {key: min(rank[key], place) for place, key in enumerate([(payer, make), (payer, "")])}
    found = [
        (rank[name, grid.make_key], row)
        for grid in live
        for name, row in grid.rows.items()
        if (name, grid.make_key) in rank
    ]
    best = min((place for place, _ in found), default=None)
    return [row for place, row in found if place == best]


@given(ledgers(), st.sampled_from(PAYERS), st.sampled_from(MAKES), st.integers(-1, 7))
def test_for_any_set_of_versions_exactly_one_rate_or_none(grids, payer, make, offset):
    on = DAY + timedelta(days=offset)

    found = applicable(grids, payer_key=payer, make_key=make, on=on)
    expected = by_brute_force(grids, payer, make, on)

    assert len(expected) <= 1
    assert ([found.row] if found else []) == expected


@given(ledgers(), st.sampled_from(PAYERS), st.sampled_from(MAKES), st.integers(0, 5))
def test_what_applied_on_a_day_is_not_changed_by_a_grid_that_begins_later(grids, payer, make, offset):
    on = DAY + timedelta(days=offset)
    later = Grid(99, make, on + timedelta(days=1), {payer: "new"})

    def rate(ledger):
        found = applicable(ledger, payer_key=payer, make_key=make, on=on)
        return found and found.row

    assert rate([*grids, later]) == rate(grids)


@pytest.mark.parametrize(
    ("payer", "make", "number", "row"),
    [
        ("macif", "tesla", 2, "macif"),
        ("maif", "tesla", 1, "maif"),
        ("gmf", "tesla", 2, "public"),
        ("gmf", "renault", 1, "public"),
    ],
)
def test_the_most_specific_wins(payer, make, number, row):
    general = Grid(1, "", DAY, {"public": "public", "macif": "macif", "maif": "maif"})
    tesla = Grid(2, "tesla", DAY, {"public": "public", "macif": "macif"})

    found = applicable([general, tesla], payer_key=payer, make_key=make, on=DAY)

    assert (found.grid.number, found.row) == (number, row)
