"""The rate of VAT on repairs, by place: French portal, French rates. No database here.

Standard rate 20 %: code général des impôts, art. 278. Guadeloupe, Martinique, La Réunion 8,5 %: art. 296, 1°.
Guyane and Mayotte: VAT is not applied for the time being, art. 294, 1. Other territories have taxes of their own.
"""

from decimal import ROUND_HALF_UP, Decimal

STANDARD = Decimal("20.0")
_BY_DEPARTMENT = {
    "971": Decimal("8.5"),
    "972": Decimal("8.5"),
    "974": Decimal("8.5"),
    "973": Decimal(0),
    "976": Decimal(0),
}
_OUTSIDE = {"975", "977", "978", "984", "986", "987", "988"}  # and two communes with postal codes of Guadeloupe
_SAINT_BARTHELEMY, _SAINT_MARTIN = "97133", "97150"


def rate_at(postal_code: str) -> Decimal | None:
    """Percent of VAT where this postal code lies; None where the territory has a tax of its own."""
    department = postal_code[:3]
    if department in _OUTSIDE or postal_code in {_SAINT_BARTHELEMY, _SAINT_MARTIN}:
        return None
    return _BY_DEPARTMENT.get(department, STANDARD)


def with_vat(amount: Decimal, rate: Decimal) -> Decimal:
    """Including VAT, to the cent, halves away from zero."""
    return (amount * (100 + rate) / 100).quantize(Decimal("0.01"), ROUND_HALF_UP)
