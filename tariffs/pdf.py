"""A version on paper: A4 landscape, PDF/A-3 with its CSV inside. Made by a worker, never in a web process."""

from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

from accounts import printing
from tariffs import sheets
from tariffs.columns import COLUMNS
from tariffs.models import TariffVersion


def render(version: TariffVersion, rows: list[Any]) -> bytes:
    """The PDF of a version whose rows are given; raises `printing.UnavailableError` where Pango is missing."""
    context = {"version": version, "columns": COLUMNS, "lines": rows, "fonts": printing.fonts()}
    html = render_to_string("tariffs/pdf/version.html", {**context, "house": settings.BASE_URL})
    grid = {f"{sheets.file_name(version)}.csv": sheets.to_csv(version)}
    return printing.render(html, variant=printing.ARCHIVE, attached=grid)
