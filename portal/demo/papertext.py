"""Text put into a laid out page: the operators of a PDF, in its built-in Helvetica."""

from dataclasses import dataclass
from decimal import Decimal

# Widths in thousandths of the size, of what stands at the right of a column: figures and their signs.
_WIDTHS = {
    **dict.fromkeys("0123456789€", 556),
    **dict.fromkeys(" \u00a0,.", 278),
    "-": 333,
    "–": 556,
    "h": 556,
    "/": 278,
}
LONGEST = 38  # signs, the width of a column of facts


@dataclass(frozen=True, slots=True)
class Blank:
    """A place of a page, in points from its lower left corner."""

    name: str
    x: float
    y: float
    size: float
    ends_there: bool  # the text ends at x instead of beginning there
    bold: bool

    def draw(self, value: str) -> bytes:
        if not value:
            return b""
        text = value if len(value) <= LONGEST else value[: LONGEST - 1] + "…"
        x = self.x - width_of_text(text) * self.size if self.ends_there else self.x
        font = "Strong" if self.bold else "Plain"
        encoded = text.encode("cp1252", "replace")
        for sign in (b"\\", b"(", b")"):
            encoded = encoded.replace(sign, b"\\" + sign)
        return f"/{font} {self.size:g} Tf 1 0 0 1 {x:.1f} {self.y:.1f} Tm (".encode() + encoded + b") Tj\n"


def width_of_text(text: str) -> float:
    """In ems; signs that are not figures count as a wide letter."""
    return sum(_WIDTHS.get(sign, 667) for sign in text) / 1000


def euros(amount: Decimal) -> str:
    """`1 905,60 €`."""
    whole, _, fraction = f"{amount:,.2f}".partition(".")
    return f"{whole.replace(',', ' ')},{fraction} €".replace(" ", "\u00a0")
