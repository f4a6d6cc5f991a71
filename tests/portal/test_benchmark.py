"""What `manage.py mesure` builds and says; the measuring itself is a command, no test."""

import pytest

from portal.benchmark.base import SIZES
from portal.benchmark.fill import MEDIAN_SHOP, sizes
from portal.benchmark.pages import Budget


@pytest.mark.parametrize("dossiers", SIZES.values())
def test_shops_are_as_unequal_as_in_life(dossiers):
    shops = sizes(dossiers)

    assert sum(shops) == dossiers
    assert shops[3] == MEDIAN_SHOP
    assert shops[0] == max(shops) >= min(dossiers / 50, 20_000)
    assert sizes(dossiers) == shops, "the same every time"
    assert min(shops) >= 1


@pytest.mark.parametrize(
    ("value", "more_is_better", "verdict"),
    [(7, True, "tenu"), (3, True, "à améliorer"), (1, True, "défaut"), (1, False, "tenu"), (9, False, "défaut")],
)
def test_a_budget_says_its_verdict(value, more_is_better, verdict):
    goal, floor = (6, 2.5) if more_is_better else (2, 4)

    assert Budget("x", value, goal, floor, more_is_better).verdict == verdict
