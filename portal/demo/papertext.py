"""Text put into a laid out page: the operators of a PDF, in its built-in Helvetica."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

LONGEST, LETTERHEAD = 40, 60  # signs, the widths of a column of facts and of the sender
FIGURE, SPACE = 0.556, 0.278  # widths in ems, the same in both weights
_ESCAPES = str.maketrans({"\\": r"\\", "(": r"\(", ")": r"\)"})


class Text(NamedTuple):
    """A text as a PDF writes it, and its width in ems if it is made of figures."""

    content: bytes
    width: float


@dataclass(frozen=True)
class Blank:
    """A place of a page, in points from its lower left corner."""

    name: str
    x: float
    y: float
    size: float
    ends_there: bool  # figures that end at x, instead of a text that begins there
    bold: bool

    @cached_property
    def _opening(self) -> bytes:
        return f"/{'Strong' if self.bold else 'Plain'} {self.size:g} Tf 1 0 0 1 ".encode()

    @cached_property
    def _at_x(self) -> bytes:
        return self._opening + b"%.1f %.1f Tm (" % (self.x, self.y)

    def draw(self, text: Text) -> bytes:
        if not self.ends_there:
            return self._at_x + text.content + b") Tj\n"
        return self._opening + b"%.1f %.1f Tm (%b) Tj\n" % (self.x - text.width * self.size, self.y, text.content)


def written(value: str, longest: int = LONGEST) -> Text:
    """Cut to `longest` signs; the width is right for figures with « , », spaces and « € » only."""
    cut = value if len(value) <= longest else value[: longest - 1] + "…"
    narrow = cut.count("\u00a0") + cut.count(",")
    return Text(cut.translate(_ESCAPES).encode("cp1252", "replace"), FIGURE * (len(cut) - narrow) + SPACE * narrow)


def euros(amount: Decimal) -> str:
    """`1 905,60 €`."""
    whole, _, fraction = f"{amount:,.2f}".partition(".")
    return f"{whole.replace(',', ' ')},{fraction} €".replace(" ", "\u00a0")
