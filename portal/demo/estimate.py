"""The lines of an estimate whose total is given: parts, labour, paint, in the shares seen in real bills."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from random import Random

CENT = Decimal("0.01")
VAT = Decimal("0.20")
PAINT_MATERIAL = Decimal(38)  # euros an hour
ROWS = 9

_SIDES = ("Aile", "Porte", "Rétroviseur", "Bas de caisse", "Moulure de porte", "Passage de roue", "Vitre de custode")
_FRONT = (
    "Pare-chocs avant",
    "Grille de calandre",
    "Projecteur",
    "Capot moteur",
    "Absorbeur avant",
    "Radiateur",
    "Aile",
)
_REAR = ("Pare-chocs arrière", "Hayon", "Feu arrière", "Panneau arrière", "Absorbeur arrière", "Radar de recul")
_SIDED = {*_SIDES, "Projecteur", "Feu arrière"}
_TOP = ("Pavillon", "Capot moteur", "Hayon", "Baguette de toit", "Pare-brise")


@dataclass(frozen=True, slots=True)
class Line:
    """Amounts in euros, without tax; `quantity` in hours or pieces."""

    label: str
    quantity: Decimal
    price: Decimal
    total: Decimal


def cents(value: Decimal) -> Decimal:
    return value.quantize(CENT, ROUND_HALF_UP)


def lines(amount: Decimal, impact: str, seed: str) -> list[Line]:
    """Lines that add up to `amount` to the cent; the same seed gives the same lines."""
    rng = Random(seed)  # noqa: S311 -- a drawing, not a secret
    rates = [Decimal(base + rng.randrange(0, 9)) for base in (56, 64, 70)]
    work = [
        _labour("Main-d'œuvre T1 – dépose et pose", amount * Decimal("0.16"), rates[0]),
        _labour("Main-d'œuvre T2 – redressage", amount * Decimal("0.13"), rates[1]),
        paint := _labour("Peinture – main-d'œuvre", amount * Decimal("0.14"), rates[2]),
        _labour_of(
            f"Ingrédients peinture {rng.choice(('opaque', 'vernis', 'nacrée'))}", paint.quantity, PAINT_MATERIAL
        ),
    ]
    left = amount - sum((line.total for line in work), Decimal(0))
    return [*_parts(rng, left, impact), *work]


def _labour(label: str, budget: Decimal, rate: Decimal) -> Line:
    return _labour_of(label, max(Decimal("0.1"), (budget / rate).quantize(Decimal("0.1"))), rate)


def _labour_of(label: str, hours: Decimal, rate: Decimal) -> Line:
    return Line(label, hours, rate, cents(hours * rate))


def _parts(rng: Random, budget: Decimal, impact: str) -> list[Line]:
    labels = rng.sample(_catalogue(impact), rng.randint(2, 4))
    side = next((side for side in ("droit", "gauche") if impact.endswith(side)), "")
    shares = [rng.randint(1, 6) for _ in labels]
    totals = [cents(budget * share / sum(shares)) for share in shares]
    totals[-1] += budget - sum(totals, Decimal(0))
    return [
        Line(f"{label} – côté {side}" if side and label in _SIDED else label, Decimal(1), total, total)
        for label, total in zip(labels, totals, strict=True)
    ]


def _catalogue(impact: str) -> tuple[str, ...]:
    if "arrière" in impact:
        return _REAR
    if "avant" in impact:
        return _FRONT
    return _TOP if "supérieure" in impact else _SIDES


def incl_tax(amount: Decimal) -> Decimal:
    return amount + cents(amount * VAT)
