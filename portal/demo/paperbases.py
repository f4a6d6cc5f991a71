"""Papers laid out once by WeasyPrint, with blanks that are filled thousands of times without it.

A blank is an empty `<i id="lb-reference">` of a template: side (l, r), weight (b: bold), name. Its place is read
from the layout. Each page then gets a reserve, a drawing of a fixed length that is left uncompressed: filling it keeps
every offset of the file, so that a paper costs microseconds.
"""

import base64
import io
import re
import warnings
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pikepdf
from django.conf import settings
from django.template.loader import render_to_string

from portal.demo.papertext import Blank, Text

FONTS = {"regular": "portail-sans-regular.ttf", "bold": "portail-sans-bold.ttf"}
BLANK = re.compile(r"(?P<side>[lr])(?P<bold>b?)-(?P<name>[a-z_]+[0-9]*)")
POINTS = 0.75  # a CSS pixel
LINE, ASCENT = 1.149, 0.905  # of the font's box, in ems
RESERVE_PER_BLANK = 88  # bytes: an operator of 40 and 48 signs
TINT_MARK, TINT_DRAWN = "#010203", b"0.003922 0.007843 0.011765 rg"  # as WeasyPrint writes that colour


Tint = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Page:
    """Where the reserve of a page stands in the file, and what goes into it."""

    offset: int
    length: int
    blanks: tuple[Blank, ...]


@dataclass(frozen=True, slots=True)
class Base:
    """A laid out paper, to be filled."""

    content: bytes
    pages: tuple[Page, ...]

    def fill(self, values: Mapping[str, Text]) -> bytes:
        """A PDF of its own, with these values in the blanks of the same names."""
        filled = bytearray(self.content)
        for page in self.pages:
            text = b"Q q BT 0.05 0.13 0.38 rg\n"
            text += b"".join(blank.draw(values[blank.name]) for blank in page.blanks if blank.name in values) + b"ET Q"
            if len(text) > page.length:
                message = f"{len(text)} bytes do not fit into a reserve of {page.length}"
                raise ValueError(message)
            filled[page.offset : page.offset + page.length] = text.ljust(page.length)
        return bytes(filled)


class Printer:
    """Keeps WeasyPrint's fonts between two papers; raises `OSError` where Pango is missing."""

    def __init__(self) -> None:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "No fonts configured")  # ours are in the stylesheet
            import weasyprint  # not at the top: it needs Pango, and a second
            from weasyprint.text.fonts import FontConfiguration

        self._weasyprint = weasyprint
        self._fonts = FontConfiguration()
        folder = settings.BASE_DIR / "static" / "fonts"
        self._encoded = {
            weight: base64.b64encode((folder / name).read_bytes()).decode() for weight, name in FONTS.items()
        }

    def bases(self, template: str, tints: Mapping[str, Tint], **context: Any) -> dict[str, Base]:
        """The same layout in each sender's tint."""
        html = render_to_string(f"portal/demo/{template}.html", {**context, "tint": TINT_MARK, "fonts": self._encoded})
        # Nothing is fetched but the fonts inside the text itself: neither a file nor an address.
        fetcher = self._weasyprint.urls.URLFetcher(allowed_protocols=("data",))
        document = self._weasyprint.HTML(string=html, url_fetcher=fetcher).render(font_config=self._fonts)
        blanks = [_blanks(page) for page in document.pages]
        laid_out = document.write_pdf()
        return {sender: _with_reserves(laid_out, blanks, tint) for sender, tint in tints.items()}


def _blanks(page: Any) -> tuple[Blank, ...]:
    found = []
    for anchor, (left, top, right, bottom) in page.anchors.items():
        if match := BLANK.fullmatch(anchor):
            size = (bottom - top) * POINTS / LINE
            baseline = (page.height - top) * POINTS - ASCENT * size
            ends_there = match["side"] == "r"
            x = (right if ends_there else left) * POINTS
            found.append(Blank(match["name"], x, baseline, round(size, 1), ends_there, bold=bool(match["bold"])))
    return tuple(found)


def _with_reserves(laid_out: bytes, blanks: list[tuple[Blank, ...]], tint: Tint) -> Base:
    lengths = [40 + RESERVE_PER_BLANK * len(found) for found in blanks]
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(laid_out)) as pdf:
        if "/Names" in pdf.Root:
            del pdf.Root["/Names"]  # the names of the blanks
        for number, (page, length) in enumerate(zip(pdf.pages, lengths, strict=True)):
            for name, face in (("/Plain", "/Helvetica"), ("/Strong", "/Helvetica-Bold")):
                font = pikepdf.Dictionary(
                    Type=pikepdf.Name.Font,
                    Subtype=pikepdf.Name.Type1,
                    BaseFont=pikepdf.Name(face),
                    Encoding=pikepdf.Name.WinAnsiEncoding,
                )
                page.add_resource(font, pikepdf.Name.Font, pikepdf.Name(name))
            drawing = page.Contents.read_bytes().replace(TINT_DRAWN, b"%.3f %.3f %.3f rg" % tint)
            page.Contents.write(zlib.compress(b"q " + drawing), filter=pikepdf.Name.FlateDecode)
            page.contents_add(_marker(number).ljust(length))
        pdf.save(out, compress_streams=False)
    content = out.getvalue()
    pages = (
        Page(content.index(_marker(number)), length, found)
        for number, (found, length) in enumerate(zip(blanks, lengths, strict=True))
    )
    return Base(content, tuple(pages))


def _marker(number: int) -> bytes:
    return b"%%reserve-%d-" % number
