"""A logo for mails: drawn again, small, as a PNG that holds pixels and nothing else."""

from pathlib import Path
from typing import Any

from PIL import Image, ImageOps

from claims.inspection.findings import Refusal, Refused
from claims.inspection.pictures import PIXELS, SIDE

LARGEST = (480, 160)  # pixels: shown at half, sharp on a telephone's screen
SMALLEST = 16  # pixels


def draw(_order: dict[str, Any]) -> dict[str, Any]:
    """Look into `in0`; writes `clean` when it is a PNG or a JPEG, and nothing else is."""
    try:
        return _drawn(Path("in0"))
    except Refused as refused:
        return {"refusal": refused.refusal, "detail": refused.detail}
    except MemoryError:
        return {"refusal": Refusal.HEAVY}
    except Exception as problem:  # noqa: BLE001 -- libraries raise outside their own families: see security, F12
        return {"refusal": Refusal.BROKEN, "error": type(problem).__name__}


def _drawn(path: Path) -> dict[str, Any]:
    if not path.read_bytes()[:8].startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")):
        raise Refused(Refusal.FORMAT)
    with Image.open(path, formats=("JPEG", "PNG")) as image:
        if image.width * image.height > PIXELS or max(image.size) > SIDE or min(image.size) < SMALLEST:
            raise Refused(Refusal.PIXELS, f"{image.width} × {image.height}")
        image.load()
        upright = ImageOps.exif_transpose(image) or image
        shown = upright.convert("RGBA" if "A" in upright.getbands() or "transparency" in image.info else "RGB")
    shown.thumbnail(LARGEST)
    shown.info.clear()
    shown.save("clean", "PNG", optimize=True)
    return {"width": shown.width, "height": shown.height}
