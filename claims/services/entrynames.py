"""Names of the files in an archive: readable, unique, and good on every system, Windows above all."""

import re
import unicodedata
from collections.abc import Iterable, Iterator

LONGEST = 100  # characters of a file name: with its folders it stays far below Windows' 260
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]+')
_RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", re.IGNORECASE)
_KEPT_OUT = {"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"}  # controls, bidirectional marks, half surrogates, unassigned


def safe(name: str, *, fallback: str = "document") -> str:
    """One part of a path: no separator, control or direction mark, no reserved word, no dot or space at its ends."""
    name = unicodedata.normalize("NFC", name)
    name = "".join(letter for letter in name if letter in "\r\n\t" or unicodedata.category(letter) not in _KEPT_OUT)
    name = _FORBIDDEN.sub("-", " ".join(name.split())).strip(" .-")
    stem, dot, extension = name.rpartition(".")
    if dot and len(extension) <= 5:
        name = f"{stem[: LONGEST - 1 - len(extension)].rstrip(' .')}.{extension}" if stem.strip(" .") else extension
    name = name[:LONGEST].rstrip(" .")
    if not name:
        return fallback
    return f"_{name}" if _RESERVED.fullmatch(name) else name


def unique(names: Iterable[str]) -> Iterator[str]:
    """The same names, « (2) » and so on added to those a file system that ignores case would take for another's."""
    taken: set[str] = set()
    for name in names:
        found, number = name, 1
        while _key(found) in taken:
            number += 1
            found = _numbered(name, number)
        taken.add(_key(found))
        yield found


def _key(name: str) -> str:
    """What two names have in common on Windows and macOS."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFKD", name).casefold())


def _numbered(name: str, number: int) -> str:
    folder, slash, last = name.rpartition("/")
    stem, dot, extension = last.rpartition(".")
    if not dot or len(extension) > 5:
        stem, dot, extension = last, "", ""
    return f"{folder}{slash}{stem} ({number}){dot}{extension}"
