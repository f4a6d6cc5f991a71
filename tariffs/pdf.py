"""A version on paper: A4 landscape, PDF/A-3 with its CSV inside. Made by a worker, never in a web process."""

import base64
from functools import cache
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

from tariffs import sheets
from tariffs.columns import COLUMNS
from tariffs.models import TariffVersion

FONTS = {"regular": "portail-sans-regular.ttf", "bold": "portail-sans-bold.ttf"}


@cache
def _fonts() -> dict[str, str]:
    """The shipped fonts, inside the text itself: a machine may have none, and nothing is fetched."""
    folder = settings.BASE_DIR / "static" / "fonts"
    return {weight: base64.b64encode((folder / name).read_bytes()).decode() for weight, name in FONTS.items()}


def render(version: TariffVersion, rows: list[Any]) -> bytes:
    """The PDF of a version whose rows are given. Raises `OSError` where Pango is missing."""
    import weasyprint

    context = {"version": version, "columns": COLUMNS, "lines": rows, "fonts": _fonts(), "house": settings.BASE_URL}
    fetcher = weasyprint.urls.URLFetcher(allowed_protocols=("data",))
    html = weasyprint.HTML(string=render_to_string("tariffs/pdf/version.html", context), url_fetcher=fetcher)
    attached = weasyprint.Attachment(
        string=sheets.to_csv(version), name=f"{sheets.file_name(version)}.csv", relationship="Data"
    )
    made: bytes = html.write_pdf(pdf_variant="pdf/a-3b", attachments=[attached])
    return made
