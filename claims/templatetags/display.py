"""How the portal writes amounts, dates, plates and identifiers; the list draws hundreds a page, so they stay plain."""

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.typography import NARROW, NO_BREAK
from accounts.validators import display_siret
from claims.models import Document
from claims.models.documents import family_of

register = template.Library()

EMPTY = "—"
_FRENCH = str.maketrans(",.", f"{NARROW},")
_REGISTRATION = re.compile(r"([A-Z]{2})[ -]?([0-9]{3})[ -]?([A-Z]{2})")


@register.filter
def amount(value: Decimal | None) -> str:
    """Write euros the French way: 1 905,60 €."""
    return EMPTY if value is None else f"{value:,.2f}".translate(_FRENCH) + f"{NO_BREAK}€"


@register.filter
def day(value: date | None) -> str:
    """Write a date as 31/12/2026."""
    return EMPTY if value is None else f"{value.day:02}/{value.month:02}/{value.year}"


@register.filter
def siret(value: str) -> str:
    """Write a SIRET in groups; one that is wrong stays as it was received."""
    return display_siret(value) or EMPTY


@register.filter
def extension(name: str) -> str:
    """« PDF », where there is no picture of a file to show."""
    return name.rpartition(".")[2].upper()[:4] if "." in name else ""


@register.filter
def plate(value: str) -> str:
    """Write a plate as AB-123-CD; older and foreign ones stay as they were received."""
    found = _REGISTRATION.fullmatch(value.upper())
    return "-".join(found.groups()) if found else value or EMPTY


@register.filter
def size(octets: int) -> str:
    """Write a size in bytes as 412 Ko or 1,8 Mo."""
    if octets < 1_000_000:
        return f"{max(1, round(octets / 1000))}{NO_BREAK}Ko"
    return f"{octets / 1_000_000:.1f}".replace(".", ",") + f"{NO_BREAK}Mo"


@register.filter
def mail_link(address: str) -> str:
    return format_html('<a href="mailto:{0}">{0}</a>', address) if address else ""


@register.filter
def phone_link(number: str) -> str:
    return format_html('<a href="tel:{}">{}</a>', "".join(number.split()), number) if number else ""


@register.filter
def photos(documents: Iterable[Document]) -> list[Document]:
    return [document for document in documents if document.is_photo]


@register.filter
def papers(documents: Iterable[Document]) -> list[Document]:
    return [document for document in documents if not document.is_photo]


@register.filter
def is_in_force(document: Document) -> bool:
    """Say whether this is the report, or the prise en charge, to repair and invoice by (EG-02)."""
    received = document.direction == Document.Direction.RECEIVED
    return received and document.is_current and bool(family_of(document.kind))


@register.simple_tag
def fact(label: str, value: object) -> SafeString:
    """Write one line of a panel; what nobody filled in says so."""
    if value in (None, "", EMPTY):
        return format_html('<dt>{}</dt><dd class="muted">non renseigné</dd>', label)
    return format_html("<dt>{}</dt><dd>{}</dd>", label, value)
