"""What a cell may hold."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.services.imports import cells
from claims.services.imports.cells import CellError

AMOUNTS = st.decimals(min_value=0, max_value=Decimal("9999999999.99"), places=2)


def french(value, group, point):
    return f"{value:,.2f}".replace(",", "G").replace(".", point).replace("G", group)


@given(
    AMOUNTS,
    st.sampled_from([("", ","), ("", "."), (" ", ","), ("\u00a0", ","), ("\u202f", ","), (".", ","), (",", ".")]),
    st.sampled_from(["", " €", "€", "\u00a0€", "  "]),
)
def test_every_way_of_writing_an_amount_is_read_as_that_amount(value, signs, suffix):
    assert Decimal(cells.amount(french(value, *signs) + suffix)) == value


@given(st.text(max_size=20))
def test_whatever_is_written_an_amount_is_a_positive_number_of_cents_or_refused(cell):
    try:
        value = cells.amount(cell)
    except CellError:
        return
    assert value is None or (Decimal(value) >= 0 and Decimal(value) == round(Decimal(value), 2))


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("-12,50", "« -12,50 » : un montant ne peut pas être négatif"),
        ("1.905", "« 1.905 » peut se lire de deux façons : écrivez les centimes ou retirez le séparateur"),
        ("12,3456", "« 12,3456 » : plus de deux décimales"),
        ("NaN", "« NaN » n’est pas un montant (attendu : 1905,60)"),
        ("Infinity", "« Infinity » n’est pas un montant (attendu : 1905,60)"),
        ("1e5", "« 1e5 » n’est pas un montant (attendu : 1905,60)"),
        ("19 05,60", "« 19 05,60 » n’est pas un montant (attendu : 1905,60)"),
        ("٣,٥٠", "« ٣,٥٠ » n’est pas un montant (attendu : 1905,60)"),
        ("€", "« € » n’est pas un montant (attendu : 1905,60)"),
        ("12345678901", "montant trop grand (10 chiffres au plus avant la virgule)"),
    ],
)
def test_an_amount_refused_says_why(cell, reason):
    with pytest.raises(CellError) as refused:
        cells.amount(cell)

    assert str(refused.value) == reason


@given(
    st.dates(date(1990, 1, 1), date(2100, 12, 31)),
    st.sampled_from(["%d/%m/%Y", "%d-%m-%Y", "%Y-%m-%d", "%d/%m/%Y %H:%M", "%Y-%m-%dT%H:%M:%S+02:00", " %d/%m/%Y "]),
)
def test_every_way_of_writing_a_date_is_read_as_that_date(value, form):
    assert cells.day(value.strftime(form)) == value.isoformat()


@given(st.text(alphabet="0123456789/-. T:", max_size=12))
def test_whatever_is_written_a_date_exists_or_is_refused(cell):
    try:
        value = cells.day(cell)
    except CellError:
        return
    assert value is None or 1990 <= date.fromisoformat(value).year <= 2100


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("31/02/2026", "« 31/02/2026 » n’existe pas au calendrier"),
        ("1/1/26", "« 1/1/26 » : écrivez l’année avec quatre chiffres"),
        ("31/12/1989", "« 31/12/1989 » : année hors de 1990–2100"),
        ("2101-01-01", "« 2101-01-01 » : année hors de 1990–2100"),
        ("hier", "« hier » n’est pas une date (attendu : 31/12/2026)"),
        ("31/12-2026", "« 31/12-2026 » n’est pas une date (attendu : 31/12/2026)"),
        ("45992", "« 45992 » n’est pas une date (attendu : 31/12/2026)"),
    ],
)
def test_a_date_refused_says_why(cell, reason):
    with pytest.raises(CellError) as refused:
        cells.day(cell)

    assert str(refused.value) == reason


@pytest.mark.parametrize("cell", ["", " ", "-", "N.C.", "non-renseigné", "NON-RENSEIGNÉ", "\u00a0"])
def test_what_cabinets_write_for_nothing_is_nothing(cell):
    assert (cells.day(cell), cells.amount(cell), cells.text(10)(cell), cells.state(cell)) == (None, None, "", None)


@given(st.text(max_size=60))
def test_text_keeps_no_invisible_character_and_reads_the_same_twice(cell):
    value = cells.plain(cell)

    assert value.isprintable()


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("Mission reçue", "mission_recue"),
        ("ATTENTE DE RENDEZ-VOUS", "attente_rdv"),
        ("visite planifiee", "visite_planifiee"),
        ("attente_ead", "attente_ead"),
        ("terminé", "termine"),
    ],
)
def test_a_state_is_known_by_slug_or_label(cell, value):
    assert cells.state(cell) == value


def test_a_formula_is_text_and_our_own_apostrophe_goes_again():
    read = cells.text(40)

    assert (read("=1+1"), read("'=1+1"), read("'+33612345678"), read("'t Hoen")) == (
        "=1+1",
        "=1+1",
        "+33612345678",
        "'t Hoen",
    )
