"""HTML of ours to PDF, in workers only: WeasyPrint without a font or with a hostile one ends its process.

Nothing is fetched: fonts and pictures stand in the text itself, neither a file nor an address is ever opened.
"""

import base64
import functools
import warnings
from collections.abc import Mapping
from typing import Any

from django.conf import settings

FONTS = {"regular": "portail-sans-regular.ttf", "bold": "portail-sans-bold.ttf"}
PROTOCOLS = ("data",)
ACCESSIBLE, ARCHIVE = "pdf/ua-1", "pdf/a-3b"  # read aloud; kept for years, files inside


class UnavailableError(Exception):
    """Pango is missing on this machine."""


@functools.cache
def fonts() -> dict[str, str]:
    """The shipped fonts, as base64, for `@font-face`."""
    folder = settings.BASE_DIR / "static" / "fonts"
    return {weight: base64.b64encode((folder / name).read_bytes()).decode() for weight, name in FONTS.items()}


def data_uri(content: bytes, content_type: str) -> str:
    """A picture as an address that holds it."""
    return f"data:{content_type};base64,{base64.b64encode(content).decode()}"


def render(html: str, *, variant: str = ACCESSIBLE, attached: Mapping[str, bytes] | None = None) -> bytes:
    """Print a page, with files inside by their names; raises `UnavailableError` where Pango is missing."""
    weasyprint, configuration = _weasyprint()
    fetcher = weasyprint.urls.URLFetcher(allowed_protocols=PROTOCOLS)
    page = weasyprint.HTML(string=html, url_fetcher=fetcher)
    files = [
        weasyprint.Attachment(string=content, name=name, relationship="Data")
        for name, content in (attached or {}).items()
    ]
    return bytes(page.write_pdf(font_config=configuration, pdf_variant=variant, attachments=files))


@functools.cache
def _weasyprint() -> tuple[Any, Any]:
    """Loaded once a process: it needs a second."""
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "No fonts configured")  # ours come with the page
            import weasyprint
            from weasyprint.text.fonts import FontConfiguration
    except (OSError, ImportError) as problem:
        raise UnavailableError(str(problem)) from problem
    return weasyprint, FontConfiguration()
