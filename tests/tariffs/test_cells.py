"""What may be typed in a cell: each value has its outcome."""

from decimal import Decimal

import pytest

from tariffs import cells
from tariffs.columns import BY_SLUG

HOURLY, PERCENT = BY_SLUG["t1"], BY_SLUG["remise_mo"]


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("", None),
        ("   ", None),
        ("0", "0.00"),
        ("0,00", "0.00"),
        ("999.99", "999.99"),
        ("1 234,50", "1234.50"),
        ("1\u202f234,5 €", "1234.50"),
        ("1.234,50", "1234.50"),
        ("62,5", "62.50"),
        ("62.50€", "62.50"),
        ("9999,99", "9999.99"),
    ],
)
def test_an_amount_is_read_as_french_people_and_spreadsheets_write_it(typed, value):
    assert cells.amount(typed, HOURLY) == (None if value is None else Decimal(value))


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("-5", "négative"),
        ("−5", "négative"),
        ("=1+1", "formule"),
        ("@SUM(A1)", "formule"),
        ("+62", "formule"),
        ("soixante", "pas un nombre"),
        ("6O,5", "pas un nombre"),
        ("1,234.5", "pas un nombre"),
        ("12,345", "deux chiffres"),
        ("10000", "au plus 9 999,99 €"),
        ("62 %", "pas un nombre"),
        ("1e3", "pas un nombre"),
        ("٣", "pas un nombre"),
    ],
)
def test_what_is_no_amount_says_what_to_type(typed, reason):
    with pytest.raises(cells.CellError, match=reason):
        cells.amount(typed, HOURLY)


@pytest.mark.parametrize(("typed", "value"), [("100", "100.00"), ("0", "0.00"), ("12,5 %", "12.50")])
def test_a_discount_lies_between_nothing_and_everything(typed, value):
    assert cells.amount(typed, PERCENT) == Decimal(value)


def test_a_discount_of_more_than_everything_is_refused():
    with pytest.raises(cells.CellError, match="au plus 100 %"):
        cells.amount("101 %", PERCENT)


@pytest.mark.parametrize("typed", ["Citroën", "CITROEN", " citroën ", "Citroe\u0308n"])
def test_accents_and_case_do_not_split_a_make(typed):
    assert cells.key(cells.name(typed)) == "citroen"


def test_a_name_keeps_its_own_spelling_on_one_line():
    assert cells.name("  Mutuelle \n des\u200bArts ") == "Mutuelle desArts"
