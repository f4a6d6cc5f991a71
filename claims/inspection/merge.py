"""Photos put together into one PDF, in the order given: one on a page, A4, the page turned as the photo is."""

from typing import Any

from PIL import Image

from claims.inspection import pictures

INCH = 150  # pixels
A4 = (1240, 1754)
MARGIN = 60


def merge(order: dict[str, Any]) -> dict[str, Any]:
    """Read `in0`, `in1`… and write `merged`; they are clean pictures already."""
    sheets = [_sheet(f"in{number}") for number in range(order["files"])]
    first, *others = sheets
    first.save("merged", "PDF", resolution=INCH, save_all=True, append_images=others, quality=82)
    return {"pages": len(sheets)}


def _sheet(name: str) -> Image.Image:
    with Image.open(name, formats=("JPEG",)) as image:
        image.draft("RGB", pictures.SHOWN)
        photo = image.convert("RGB")
    size = A4 if photo.height >= photo.width else A4[::-1]
    photo.thumbnail((size[0] - 2 * MARGIN, size[1] - 2 * MARGIN))
    sheet = Image.new("RGB", size, "white")
    sheet.paste(photo, ((size[0] - photo.width) // 2, (size[1] - photo.height) // 2))
    return sheet
