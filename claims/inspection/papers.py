"""PDF: what may be sent, a copy without active content, the text, a picture of the first page."""

import io
import re
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2

from claims.inspection.findings import Refusal, Refused, Warning  # noqa: A004 -- ours
from claims.inspection.pictures import THUMBNAIL, save_jpeg

# By the type of an action, never by the key that holds it: /OpenAction is mostly a place in the document.
ACTIVE = {
    "/JavaScript": "JavaScript",
    "/Launch": "lancement de programme",
    "/ImportData": "import de données",
    "/GoToE": "document caché",
    **dict.fromkeys(("/RichMedia", "/Movie", "/Rendition", "/Sound"), "contenu multimédia"),
}
# Names of the invoice inside a Factur-X, ZUGFeRD, XRechnung or Order-X file.
INVOICES = re.compile(r"(factur-x|zugferd-invoice|xrechnung|order-x|cii|ubl[-\w]*)\.xml", re.IGNORECASE)
LARGEST_INVOICE = 10 * 1024 * 1024  # bytes
OBJECTS, DEPTH = 200_000, 40
TEXT_PAGES, TEXT = 20, 100_000  # characters


def look(path: Path) -> dict[str, Any]:
    """Raises `Refused`."""
    whole = _is_whole(path)
    try:
        pdf = pikepdf.open(path)
    except pikepdf.PasswordError as problem:
        raise Refused(Refusal.ENCRYPTED) from problem
    with pdf:
        pages = len(pdf.pages)
        if not pages:
            raise Refused(Refusal.NO_PAGE)
        _search(pdf)
        if not whole and pdf.get_warnings():
            raise Refused(Refusal.BROKEN)
        repaired = bool(pdf.get_warnings())
        invoice = _attachments(pdf)
        form = _strip(pdf)
        pdf.save("clean", encryption=False, linearize=False)
    text = _text_and_thumbnail()
    return {
        "content_type": "application/pdf",
        "pages": pages,
        "warnings": [Warning.REPAIRED] * repaired + [Warning.FORM] * form,
        "text": text,
        "invoice": invoice,
    }


def _is_whole(path: Path) -> bool:
    """Whether the end of the file is there: a copy broken off has none."""
    with path.open("rb") as file:
        file.seek(0, 2)
        file.seek(max(0, file.tell() - 4096))
        return b"%%EOF" in file.read()


def _search(pdf: pikepdf.Pdf) -> None:
    """Look at every object, wherever it hangs; raises `Refused` for what acts."""
    for number, found in enumerate(pdf.objects):
        if number > OBJECTS:
            raise Refused(Refusal.HEAVY)
        if isinstance(found, (pikepdf.Dictionary, pikepdf.Stream)):
            _search_within(found, 0)


def _search_within(found: Any, depth: int) -> None:
    """What hangs directly in this object; what is only referred to is an object of its own."""
    _check(found)
    if depth > DEPTH:
        raise Refused(Refusal.HEAVY)
    for value in found.values():
        _search_value(value, depth + 1)


def _search_value(value: Any, depth: int) -> None:
    if isinstance(value, pikepdf.Dictionary) and not value.is_indirect:
        _search_within(value, depth)
    elif isinstance(value, pikepdf.Array) and not value.is_indirect and depth <= DEPTH:
        for inner in value:
            _search_value(inner, depth + 1)


def _check(found: Any) -> None:
    for key in ("/S", "/Subtype"):
        name = found.get(key)
        if isinstance(name, pikepdf.Name) and str(name) in ACTIVE:
            raise Refused(Refusal.ACTIVE, ACTIVE[str(name)])
    if "/JS" in found:
        raise Refused(Refusal.ACTIVE, ACTIVE["/JavaScript"])
    if "/XFA" in found:
        raise Refused(Refusal.ACTIVE, "formulaire dynamique")


def _attachments(pdf: pikepdf.Pdf) -> bool:
    """Whether an electronic invoice is inside; any other file inside is refused."""
    files = {(found.filename or name): found.get_file().read_bytes() for name, found in pdf.attachments.items()}
    invoice = any(_is_invoice(name, content) for name, content in files.items())
    for name, content in files.items():
        if not (invoice and (_is_invoice(name, content) or _is_enclosure(content))):
            raise Refused(Refusal.ATTACHMENT, name[:60])
    embedded = sum(1 for found in pdf.objects if _is_embedded(found))
    if embedded > len(pdf.attachments):  # hung somewhere else: on a page, or nowhere
        raise Refused(Refusal.ATTACHMENT)
    return invoice


def _is_invoice(name: str, content: bytes) -> bool:
    is_xml = content[:200].lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<")
    return bool(INVOICES.fullmatch(name)) and is_xml and len(content) < LARGEST_INVOICE


def _is_enclosure(content: bytes) -> bool:
    """What EN 16931 (BT-125) lets an invoice bring along and nobody can run: a picture, or a PDF that does nothing."""
    if content.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")):
        return True
    if not content.startswith(b"%PDF-"):
        return False
    with pikepdf.open(io.BytesIO(content)) as pdf:
        _search(pdf)
        return not len(pdf.attachments)


def _is_embedded(found: Any) -> bool:
    return isinstance(found, pikepdf.Stream) and str(found.get("/Type", "")) == "/EmbeddedFile"


def _strip(pdf: pikepdf.Pdf) -> bool:
    """What was let through still goes without its automatic actions; whether a form's button was silenced."""
    for owner in (pdf.Root, *pdf.pages):
        for key in ("/OpenAction", "/AA"):
            if key in owner:
                del owner[key]
    silenced = False
    for found in pdf.objects:
        if isinstance(found, pikepdf.Dictionary) and str(found.get("/S", "")) == "/SubmitForm":
            found.S = pikepdf.Name("/Nothing")
            silenced = True
        elif isinstance(found, pikepdf.Dictionary) and _submits(found.get("/A")):
            del found["/A"]
            silenced = True
    return silenced


def _submits(action: Any) -> bool:
    return isinstance(action, pikepdf.Dictionary) and str(action.get("/S", "")) == "/SubmitForm"


def _text_and_thumbnail() -> str:
    document = pypdfium2.PdfDocument("clean")
    try:
        first = document[0]
        width, height = first.get_size()
        scale = min(2.0, max(THUMBNAIL) / max(width, height, 1))
        save_jpeg(first.render(scale=scale).to_pil().convert("RGB"), "thumbnail", quality=80)
        text = ""
        for number in range(min(len(document), TEXT_PAGES)):
            text += document[number].get_textpage().get_text_bounded() + "\n"
            if len(text) > TEXT:
                break
        return text[:TEXT]
    finally:
        document.close()
