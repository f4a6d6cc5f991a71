"""The two user guides, each from one source: a page of the portal, and a PDF in `static/pdf` (`manage.py guides`)."""

import hashlib
from dataclasses import dataclass

from django.template.loader import render_to_string

from portal.guide.cabinets import CABINETS
from portal.guide.shops import SHOPS
from portal.help.topics import Theme


@dataclass(frozen=True, slots=True)
class Guide:
    """`pdf` is its static file, `route` its page."""

    title: str
    lead: str
    route: str
    pdf: str
    chapters: tuple[Theme, ...]


GUIDES = (
    Guide(
        "Guide du réparateur",
        "De la demande de compte à la facture : ce que fait le portail pour votre atelier, dans l’ordre d’un dossier.",
        "guide_shops",
        "pdf/guide-reparateurs.pdf",
        SHOPS,
    ),
    Guide(
        "Guide du cabinet",
        "Ce que fait le personnel d’un cabinet dans l’administration du portail, dans l’ordre d’une journée.",
        "guide_cabinets",
        "pdf/guide-cabinets.pdf",
        CABINETS,
    ),
)


def printable(guide: Guide, fonts: dict[str, str] | None = None) -> str:
    """The page that is printed; its digest goes into the PDF, so that a test tells when the file is behind."""
    context = {"guide": guide, "fonts": fonts or {}, "digest": digest(guide) if fonts else ""}
    return render_to_string("portal/pdf/guide.html", context)


def digest(guide: Guide) -> str:
    return hashlib.sha256(printable(guide).encode()).hexdigest()[:16]
