"""The logo of a cabinet's mails: taken in, drawn anew, and carried by its own mails alone."""

import base64
import hashlib
from dataclasses import dataclass
from email.mime.image import MIMEImage
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives

from accounts.menus import Menu
from accounts.scope import Actor
from claims.inspection.findings import Refusal
from claims.inspection.runner import asked
from messaging.models import MailBranding

LARGEST = 2_000_000  # bytes, as sent
HEAVIEST = 150_000  # bytes, as carried by every mail
REFUSALS = {
    Refusal.FORMAT: "Choisissez une image PNG ou JPEG : les autres formats (SVG, GIF, WebP…) ne sont pas pris.",
    Refusal.PIXELS: "Cette image est trop petite ou trop grande : entre 16 et 12 000 pixels de côté.",
    Refusal.HEAVY: "Cette image est trop lourde pour un e-mail : choisissez-en une plus simple.",
}
BROKEN = "Cette image ne peut pas être lue : enregistrez-la de nouveau en PNG, ou choisissez-en une autre."


@dataclass(frozen=True, slots=True)
class Brand:
    """What the templates of mails read; `src` is a picture that the mail itself carries, never one on a server."""

    src: str = ""
    name: str = ""
    width: int = 0
    height: int = 0
    closing: str = ""


def draw_logo(branding: MailBranding, file: BinaryIO, *, actor: Actor) -> None:
    """Put a new logo into the row, not yet saved. Raises `ValidationError` with what to do instead."""
    actor.require(Menu.SETTINGS)
    content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise ValidationError("Cette image dépasse 2 Mo : réduisez-la.")
    with asked("logo", content) as answer:
        made = answer.output("clean")
        if not answer.ok or "refusal" in answer.found or made is None:
            raise ValidationError(REFUSALS.get(answer.found.get("refusal", ""), BROKEN))
        drawn = made.read_bytes()
        if len(drawn) > HEAVIEST:
            raise ValidationError(REFUSALS[Refusal.HEAVY])
        branding.logo, branding.width, branding.height = drawn, answer.found["width"], answer.found["height"]


def forget_logo(branding: MailBranding) -> None:
    branding.logo, branding.width, branding.height = None, 0, 0


def branding_of(cabinet_id: int | None) -> MailBranding | None:
    """The row of the cabinet a mail speaks for; a mail of no cabinet's, as a letter over several, has none."""
    if cabinet_id is None:
        return None
    return MailBranding.objects.filter(cabinet=cabinet_id).select_related("cabinet").first()


def shown(branding: MailBranding | None, *, by_mail: bool) -> Brand:
    """By mail the picture is a part of the mail; on a page, where there is none, it is written into the page."""
    if branding is None:
        return Brand()
    if branding.logo is None:
        return Brand(name=branding.cabinet.name, closing=branding.closing)
    inline = f"data:image/png;base64,{base64.b64encode(branding.logo).decode()}"
    src = f"cid:{_content_id(branding)}" if by_mail else inline
    half = branding.width // 2 or 1, branding.height // 2 or 1
    return Brand(src, branding.cabinet.name, *half, branding.closing)


def carry(mail: EmailMultiAlternatives, branding: MailBranding | None) -> None:
    """Attach the picture that the HTML part names; what is attached belongs to that part (RFC 2387, 2392)."""
    if branding is None or branding.logo is None:
        return
    picture: Any = MIMEImage(bytes(branding.logo), "png")
    picture.add_header("Content-ID", f"<{_content_id(branding)}>")
    picture.add_header("Content-Disposition", "inline", filename="logo.png")
    mail.attach(picture)
    mail.mixed_subtype = "related"  # type: ignore[attr-defined]  # the stubs have forgotten it


def _content_id(branding: MailBranding) -> str:
    digest = hashlib.sha256(bytes(branding.logo or b"")).hexdigest()[:24]
    return f"logo-{digest}@{urlsplit(settings.BASE_URL).hostname}"
