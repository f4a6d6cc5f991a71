"""Which rate applied on a day: the one rule, on plain values. No database here.

A shop sends grids; each is for all makes or for one make, and applies from a day on. On a day, for a make, two grids
may be in force: the latest for that make and the latest for all makes. In a grid a payer has a row of its own or not;
the row « PUBLIC » is for everybody without one. The most specific wins:

1. the payer's own row in the make's grid, 2. the payer's own row in the grid for all makes,
3. « PUBLIC » in the make's grid, 4. « PUBLIC » in the grid for all makes; otherwise no rate was communicated.

No text ranks these: rates are free (code de commerce, art. L410-2); the order is the portal's, written on its page.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

PUBLIC_KEY = "public"
ALL_MAKES = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """A version as the rule sees it: `rows` by payer's key; `make_key` "" is for all makes."""

    number: int
    make_key: str
    applies_on: date
    rows: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Applicable:
    """What applied, and why."""

    grid: Grid
    payer_key: str
    row: Any
    own_payer: bool
    own_make: bool


def in_force(grids: Iterable[Grid], make_key: str, on: date) -> Grid | None:
    """The latest grid for exactly this make that had begun by `on`; of two for the same day, the later number."""
    begun = (grid for grid in grids if grid.make_key == make_key and grid.applies_on <= on)
    return max(begun, key=lambda grid: (grid.applies_on, grid.number), default=None)


def applicable(grids: Iterable[Grid], *, payer_key: str, make_key: str, on: date) -> Applicable | None:
    """The one rate of a shop for a payer and a make on a day, or None; the order is the module's."""
    known = list(grids)
    found = [in_force(known, key, on) for key in dict.fromkeys((make_key, ALL_MAKES))]
    for payer in dict.fromkeys((payer_key, PUBLIC_KEY)):
        for grid in found:
            if grid is not None and payer in grid.rows:
                own_make = grid.make_key != ALL_MAKES
                return Applicable(grid, payer, grid.rows[payer], payer == payer_key, own_make)
    return None
