"""What may stand in a cell of an import file, and what is kept of it.

Every function takes the cell as read and returns the text that PostgreSQL understands, None for nothing; it raises
`CellError` with a French reason. Dates and amounts come in the forms the guides show (31/12/2026, 31-12-2026, ISO;
1 905,60, 1905.60, 2.725,90); what could be read in two ways is refused, never guessed.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from functools import lru_cache

from django.core.exceptions import ValidationError

from accounts.validators import clean_siret
from claims.workflow import State

Cell = Callable[[str], str | None]

FIRST_YEAR, LAST_YEAR = 1990, 2100
MAX_UNITS = 10  # digits before the decimal point, as in `DecimalField(max_digits=12, decimal_places=2)`
FORMULA = frozenset("=+-@\t\r")
_WHITE = re.compile(r"\s")
_NOTHING = ("-", "–", "—", "n.c.", "non-renseigné", "non renseigné", "non-renseigne", "non renseigne")
NOTHING = frozenset(form for word in _NOTHING for form in (word, word.upper(), word.capitalize()))


class CellError(ValueError):
    """A cell refused; the message says why, in French."""


def plain(cell: str) -> str:
    """One line of visible characters in NFC; what cabinets write for « nothing » is nothing.

    An apostrophe before a formula sign is the one our own reject files put there (U11): it is taken off again.
    """
    if not (cell.isascii() and cell.isprintable()):
        cell = _visible(cell)
    cell = cell.strip()
    if cell in NOTHING:
        return ""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in FORMULA else cell


def _visible(cell: str) -> str:
    """White space becomes a space; control, direction, zero-width and unassigned characters go (U8)."""
    if not cell.isprintable():
        cell = _WHITE.sub(" ", cell)
        if not cell.isprintable():
            cell = "".join(char for char in cell if unicodedata.category(char)[0] != "C")
    return cell if unicodedata.is_normalized("NFC", cell) else unicodedata.normalize("NFC", cell)


def folded(text: str) -> str:
    """Lower case, without accents, words joined by underscores: for comparing what people typed."""
    bare = "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
    return re.sub(r"[^a-z0-9]+", "_", bare.casefold()).strip("_")


def text(limit: int) -> Cell:
    """Text of at most `limit` characters."""

    def read(cell: str) -> str:
        value = plain(cell) if cell else cell
        if len(value) > limit:
            raise CellError(f"{len(value)} caractères, {limit} au plus")
        return value

    return read


def word(limit: int) -> Cell:
    """Text that comes again and again, as makes and insurers do: read once."""
    return lru_cache(maxsize=4_096)(text(limit))


def reference(limit: int) -> Cell:
    """The name of a dossier: nothing is taken out of it, so that it is the cabinet's own or refused."""

    def read(cell: str) -> str:
        value = cell.strip() if cell.isprintable() else _named(cell)
        value = unicodedata.normalize("NFC", value)
        if value in {"", ".", ".."}:
            raise CellError("référence absente" if not value else "référence inutilisable dans une adresse")
        if len(value) > limit:
            raise CellError(f"{len(value)} caractères, {limit} au plus")
        return value[1:] if value[0] == "'" and value[1:2] in FORMULA else value

    return read


def _named(cell: str) -> str:
    value = "".join(" " if unicodedata.category(char) == "Zs" else char for char in cell).strip()
    if not value.isprintable():
        raise CellError("caractère invisible ou de commande dans la référence")
    return value


def email(limit: int) -> Cell:
    """An address in lower case, as users are found by."""
    read_text = text(limit)

    @lru_cache(maxsize=4_096)
    def read(cell: str) -> str:
        return (read_text(cell) or "").lower()

    return read


@lru_cache(maxsize=16_384)
def valid_siret(cell: str) -> str | None:
    """The 14 digits of a valid SIRET, None for anything else."""
    try:
        return clean_siret(cell)
    except ValidationError:
        return None


def siret(limit: int) -> Cell:
    """The 14 digits of a valid SIRET, or what was written, for staff to correct: never refused, cut to the column."""

    def read(cell: str) -> str:
        return valid_siret(cell) or plain(cell)[:limit]

    return read


# Dates ---------------------------------------------------------------------------------------------------------------

_TIME = r"(?:[T ]\d{1,2}[:h]\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?\s?(?:Z|[+-]\d{2}:?\d{2})?)?"
_FRENCH_DATE = re.compile(rf"(\d{{1,2}})([/.-])(\d{{1,2}})\2(\d{{4}}){_TIME}", re.ASCII)
_ISO_DATE = re.compile(rf"(\d{{4}})-(\d{{2}})-(\d{{2}}){_TIME}", re.ASCII)
_SHORT_YEAR = re.compile(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2}", re.ASCII)


@lru_cache(maxsize=8_192)
def day(cell: str) -> str | None:
    """A date as ISO 8601; a time of day after it is dropped, its zone too: the day written is the day kept."""
    value = plain(cell)
    if not value:
        return None
    if match := _FRENCH_DATE.fullmatch(value):
        numbers = int(match[4]), int(match[3]), int(match[1])
    elif match := _ISO_DATE.fullmatch(value):
        numbers = int(match[1]), int(match[2]), int(match[3])
    elif _SHORT_YEAR.fullmatch(value):
        raise CellError(f"« {value} » : écrivez l’année avec quatre chiffres")
    else:
        raise CellError(f"« {value[:40]} » n’est pas une date (attendu : 31/12/2026)")
    try:
        found = date(*numbers)
    except ValueError as problem:
        raise CellError(f"« {value} » n’existe pas au calendrier") from problem
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise CellError(f"« {value} » : année hors de {FIRST_YEAR}–{LAST_YEAR}")
    return found.isoformat()


# Amounts -------------------------------------------------------------------------------------------------------------

_PLAIN_AMOUNT = re.compile(r"(\d+)(?:[.,](\d{1,2}))?", re.ASCII)
_FRENCH_AMOUNT = re.compile(r"(\d{1,3}(?: \d{3})+)(?:[.,](\d{1,2}))?", re.ASCII)
_GROUPED_AMOUNT = re.compile(  # thousands by a point and a comma for the decimals, or the other way round
    r"(\d{1,3}(?:\.\d{3})+),(\d{1,2})|(\d{1,3}(?:\.\d{3}){2,})"
    r"|(\d{1,3}(?:,\d{3})+)\.(\d{1,2})|(\d{1,3}(?:,\d{3}){2,})",
    re.ASCII,
)
_AMBIGUOUS = re.compile(r"\d{1,3}[.,]\d{3}", re.ASCII)
_TOO_FINE = re.compile(r"\d+[.,]\d{3,}", re.ASCII)


def amount(cell: str) -> str | None:
    """Euros with at most two decimals, not negative; `1.905` is refused, as it may mean one or a thousand."""
    value = cell.replace("\u202f", " ").replace("\u00a0", " ")
    if match := _PLAIN_AMOUNT.fullmatch(value) or _FRENCH_AMOUNT.fullmatch(value):
        return _euros(match[1].replace(" ", ""), match[2])
    value = plain(value).removesuffix("€").rstrip()
    if not value and "€" not in cell:
        return None
    if match := _PLAIN_AMOUNT.fullmatch(value) or _FRENCH_AMOUNT.fullmatch(value):
        return _euros(match[1].replace(" ", ""), match[2])
    if match := _GROUPED_AMOUNT.fullmatch(value):
        units, cents = match[1] or match[3] or match[4] or match[6], match[2] or match[5]
        return _euros(re.sub(r"\D", "", units), cents)
    raise CellError(_why_not_an_amount(value))


def _euros(units: str, cents: str | None) -> str:
    units = units.lstrip("0") or "0"
    if len(units) > MAX_UNITS:
        raise CellError(f"montant trop grand ({MAX_UNITS} chiffres au plus avant la virgule)")
    return f"{units}.{cents}" if cents else units


def _why_not_an_amount(value: str) -> str:
    if value[:1] in {"-", "−"} and any(char.isdigit() for char in value):  # the hyphen and the real minus sign
        return f"« {value[:40]} » : un montant ne peut pas être négatif"
    if _AMBIGUOUS.fullmatch(value):
        return f"« {value} » peut se lire de deux façons : écrivez les centimes ou retirez le séparateur"
    if _TOO_FINE.fullmatch(value):
        return f"« {value[:40]} » : plus de deux décimales"
    return f"« {value[:40] or '€'} » n’est pas un montant (attendu : 1905,60)"


# Closed lists --------------------------------------------------------------------------------------------------------

_YES, _NO = frozenset({"oui", "o", "1", "vrai"}), frozenset({"", "non", "n", "0", "faux"})
_PROCEDURES = {"": "", "aucune": "", "non": "", "vei": "VEI", "vge": "VGE"}
_STATES = {folded(name): state.value for state in State for name in (state.value, state.label)}


def _choice(cell: str) -> str:
    value = plain(cell)
    return folded(value) or value


@lru_cache(maxsize=1_024)
def yes_no(cell: str) -> str | None:
    """A boolean; nothing is « non »."""
    chosen = _choice(cell)
    if chosen in _YES or chosen in _NO:
        return "t" if chosen in _YES else "f"
    raise CellError(f"« {plain(cell)[:40]} » : écrivez oui ou non")


@lru_cache(maxsize=1_024)
def procedure(cell: str) -> str | None:
    """A procédure VE."""
    chosen = _choice(cell)
    if chosen not in _PROCEDURES:
        raise CellError(f"« {plain(cell)[:40]} » : écrivez VEI, VGE ou rien")
    return _PROCEDURES[chosen]


@lru_cache(maxsize=1_024)
def state(cell: str) -> str | None:
    """A state by its slug or its French label; nothing leaves the dossier where it stands."""
    chosen = _choice(cell)
    if not chosen:
        return None
    if chosen not in _STATES:
        raise CellError(f"« {plain(cell)[:40]} » n’est pas un état connu")
    return _STATES[chosen]
