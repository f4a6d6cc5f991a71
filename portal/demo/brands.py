"""What the mails of each invented cabinet carry: an address, and of the first a logo."""

import io
from collections.abc import Iterator

from PIL import Image, ImageDraw

from messaging.models import MailBranding
from portal.demo.network import Network

INK, GROUND = (18, 72, 96), (255, 255, 255)
SIZE = (320, 96)  # pixels


def brandings(network: Network) -> Iterator[MailBranding]:
    for rank, cabinet in enumerate(network.cabinets.values()):
        row = MailBranding(cabinet=cabinet, closing=f"{cabinet.name}, {cabinet.city} – {cabinet.phone}"[:120])
        if rank == 0:
            row.logo, (row.width, row.height) = _logo(cabinet.code), SIZE
        yield row


def _logo(code: str) -> bytes:
    """A bar, a wheel and the cabinet's code."""
    picture, file = Image.new("RGB", SIZE, GROUND), io.BytesIO()
    draw = ImageDraw.Draw(picture)
    draw.ellipse((8, 16, 72, 80), outline=INK, width=10)
    draw.ellipse((32, 40, 48, 56), fill=INK)
    draw.rectangle((84, 76, 312, 80), fill=INK)
    draw.text((88, 20), code, fill=INK, font_size=44)
    picture.save(file, "PNG", optimize=True)
    return file.getvalue()
