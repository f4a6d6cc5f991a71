"""VAT by place."""

from decimal import Decimal

import pytest

from tariffs.vat import rate_at, with_vat


@pytest.mark.parametrize(
    ("postal_code", "rate"),
    [("74000", "20"), ("20000", "20"), ("97400", "8.5"), ("97110", "8.5"), ("97300", "0"), ("97600", "0")],
)
def test_the_rate_follows_the_place(postal_code, rate):
    assert rate_at(postal_code) == Decimal(rate)


@pytest.mark.parametrize("postal_code", ["98800", "98714", "97500", "97133", "97150"])
def test_some_territories_have_a_tax_of_their_own(postal_code):
    assert rate_at(postal_code) is None


def test_halves_of_a_cent_go_up():
    assert with_vat(Decimal("62.50"), Decimal(20)) == Decimal("75.00")
    assert with_vat(Decimal("0.63"), Decimal("8.5")) == Decimal("0.68")
