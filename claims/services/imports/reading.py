"""A file read as records: its encoding, its separator, its lines, without ever holding it whole.

CSV as RFC 4180 and spreadsheets write it: quoted cells may hold separators, quotes and line ends. A quote never
closed costs its own line, not the rest of the file.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterator
from typing import BinaryIO

from claims.services.imports.cells import folded
from claims.services.imports.columns import BY_NAME, Layout, layout
from claims.services.imports.report import SourceError

CHUNK = 1024 * 1024  # bytes; also the longest line of a file
MAX_LINES = 50  # physical lines of one record
UNCLOSED = "guillemet mal placé ou jamais refermé"
_NOT_WINDOWS = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
_UTF8_ACCENT = re.compile(rb"\xc3[\x80-\xbf]")

Row = tuple[int, list[str], str]  # line where it starts, its cells, what is wrong with its quotes


def encoding_of(file: BinaryIO) -> tuple[str, bool]:
    """UTF-8 when the whole file is, Windows-1252 otherwise; True when it holds both. Raises `SourceError`."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    is_utf8, is_windows, has_utf8_accents, size = True, True, False, 0
    file.seek(0)
    while chunk := file.read(CHUNK):
        size += len(chunk)
        _refuse_binary(chunk)
        is_windows = is_windows and not _NOT_WINDOWS.search(chunk)
        has_utf8_accents = has_utf8_accents or _UTF8_ACCENT.search(chunk) is not None
        is_utf8 = is_utf8 and _decodes(decoder, chunk)
    if not size:
        raise SourceError("Le fichier est vide.")
    if is_utf8 and _decodes(decoder, b"", final=True):
        return "utf-8-sig", False
    if not is_windows:
        raise SourceError("Le fichier n’est ni en UTF-8 ni en Windows-1252 : enregistrez-le au format « CSV UTF-8 ».")
    return "cp1252", has_utf8_accents


def _refuse_binary(chunk: bytes) -> None:
    if b"\0" in chunk:
        raise SourceError("Ce n’est pas un fichier CSV : dans le tableur, enregistrez-le au format « CSV UTF-8 ».")
    if len(chunk) == CHUNK and b"\n" not in chunk and b"\r" not in chunk:
        raise SourceError("Ce n’est pas un fichier CSV : une ligne dépasse 1 Mo.")


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True


class _Lines:
    """Physical lines for `csv.reader`, at most `MAX_LINES` a record; those of a bad record can be given back."""

    def __init__(self, file: Iterator[str]) -> None:
        self._file = file
        self._waiting: list[str] = []
        self.taken: list[str] = []
        self.number = 0  # lines of the records already over

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        if len(self.taken) >= MAX_LINES:
            raise StopIteration
        line = self._waiting.pop() if self._waiting else next(self._file)
        self.taken.append(line)
        return line

    def next_record(self) -> int:
        """Begin a record; the number of its first line."""
        self.number += len(self.taken)
        self.taken.clear()
        return self.number + 1

    def keep_first(self) -> str:
        """Give all lines of this record back but the first."""
        first, *others = self.taken
        self._waiting += reversed(others)
        self.taken = [first]
        return first.rstrip("\r\n")


class Source:
    """An import file, opened and understood; `file` must be seekable and stays open. Raises `SourceError`."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.encoding, self.is_mixed = encoding_of(file)
        self.separator = ";"
        self.separator = max(";,", key=self._known_names)
        self.header = self._header()
        self.layout: Layout = layout(self.header)

    def records(self) -> Iterator[Row]:
        """Every row below the header that holds something."""
        rows = self._rows(self.layout.width)
        next(rows)
        return rows

    def _known_names(self, separator: str) -> int:
        self.separator = separator
        return sum(folded(cell) in BY_NAME for cell in self._header())

    def _header(self) -> list[str]:
        for _, cells, _ in self._rows(None):
            return cells
        raise SourceError("Le fichier est vide.")

    def _rows(self, width: int | None) -> Iterator[Row]:
        self._file.seek(0)
        decoded = io.TextIOWrapper(self._file, encoding=self.encoding, newline="")
        try:
            yield from _records(_Lines(decoded), self.separator, width)
        except UnicodeDecodeError as problem:
            raise SourceError("Le fichier a changé pendant la lecture : recommencez.") from problem
        finally:
            decoded.detach()


def _records(lines: _Lines, separator: str, width: int | None) -> Iterator[Row]:
    reader = csv.reader(lines, delimiter=separator, strict=True)
    while True:
        start = lines.next_record()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield start, [lines.keep_first()], UNCLOSED
            continue
        if width is not None and len(cells) != width:
            if len(lines.taken) > 1:
                yield start, [lines.keep_first()], UNCLOSED
                continue
            cells = _without_trailing_blanks(cells, width)
        if any(cells):
            yield start, cells, ""


def _without_trailing_blanks(cells: list[str], width: int) -> list[str]:
    """Separators without anything behind them, at the end of a row, are no cells."""
    return cells[:width] if not any(cells[width:]) else cells
