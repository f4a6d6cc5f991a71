"""What may be typed in a cell of the grid, and what is kept of it. No database here.

A comma or a point, spaces between thousands, « € » and « % » are read; what could be read in two ways is refused.
"""

import re
import unicodedata
from decimal import Decimal

from tariffs.columns import Column, Unit

LONGEST = 40  # characters of a name: a payer, a make
_SPACES = re.compile(r"[\s\u00a0\u202f]+")
_NUMBER = re.compile(r"[0-9]{1,7}(?:[.,][0-9]+)?")
_THOUSANDS = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]+")


class CellError(ValueError):
    """A cell refused; the message says why and what to type, in French."""


def amount(typed: str, column: Column) -> Decimal | None:
    """The value in the column's unit, with two decimals; None for an empty cell, which is « non communiqué »."""
    text = _bare(typed, column)
    if not text:
        return None
    if text.startswith(("-", "−", "–")):
        raise CellError("une valeur ne peut pas être négative")
    if text.startswith(("=", "+", "@")):
        raise CellError("c’est une formule : tapez son résultat, par exemple 62,50")
    if _THOUSANDS.fullmatch(text):
        text = text.replace(".", "")
    if not _NUMBER.fullmatch(text):
        raise CellError("ce n’est pas un nombre : tapez par exemple 62,50")
    value = Decimal(text.replace(",", "."))
    if value != value.quantize(Decimal("0.01")):
        raise CellError("deux chiffres au plus après la virgule")
    if value > column.highest:
        limit = "100 %" if column.unit == Unit.PERCENT else "9 999,99 €"
        raise CellError(f"au plus {limit}")
    return value.quantize(Decimal("0.01"))


def _bare(typed: str, column: Column) -> str:
    text = _SPACES.sub("", typed)
    sign = "%" if column.unit == Unit.PERCENT else "€"
    return text.removesuffix(sign)


def name(typed: str) -> str:
    """A payer or a make as it is shown: one line, visible characters, single spaces."""
    text = unicodedata.normalize("NFC", _SPACES.sub(" ", typed).strip())
    text = "".join(char for char in text if unicodedata.category(char)[0] != "C")
    if len(text) > LONGEST:
        raise CellError(f"{LONGEST} caractères au plus")
    return text


def key(shown: str) -> str:
    """What makes two spellings one: « CITROEN », « Citroën » and « citroën » are one make."""
    bare = "".join(char for char in unicodedata.normalize("NFKD", shown) if not unicodedata.combining(char))
    return re.sub(r"[^a-z0-9]+", " ", bare.casefold()).strip()


def yes(typed: str) -> bool:
    """« agréé »: oui or non, empty is non."""
    word = key(typed)
    if word in {"", "non", "n", "0", "false", "faux"}:
        return False
    if word in {"oui", "o", "1", "x", "on", "true", "vrai", "agree"}:
        return True
    raise CellError("tapez « oui » ou « non »")


def is_yes(typed: str) -> bool:
    """The same for showing: what cannot be read is no."""
    try:
        return yes(typed)
    except CellError:
        return False
