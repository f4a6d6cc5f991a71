"""Photos: what may be sent, a copy without place and camera, turned the right way up, and a small picture of it."""

import warnings
from pathlib import Path
from typing import Any

import pillow_heif
from PIL import Image, ImageFilter, ImageOps, ImageStat

from claims.inspection.findings import Refusal, Refused, Warning  # noqa: A004 -- ours

FORMATS = {"JPEG": "image/jpeg", "MPO": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "HEIF": "image/heic",
           "AVIF": "image/heic"}  # fmt: skip
PIXELS, SIDE = 50_000_000, 12_000
SHOWN, THUMBNAIL = (2560, 2560), (320, 320)  # pixels
SMALLEST = 200  # pixels: below, nobody reads anything in it
LOOKED_AT = (800, 800)  # pixels: sharpness is compared at one size
LAPLACIAN = ImageFilter.Kernel((3, 3), (0, 1, 0, 1, -4, 1, 0, 1, 0), scale=1, offset=128)
FRAMES_OF_A_PHOTO = {"MPO", "HEIF", "AVIF"}  # a phone keeps a second view beside the photo

Image.MAX_IMAGE_PIXELS = PIXELS
warnings.simplefilter("error", Image.DecompressionBombWarning)
pillow_heif.options.THUMBNAILS = False
pillow_heif.options.DECODE_THREADS = 1
pillow_heif.register_heif_opener()
Image.init()


def look(path: Path) -> dict[str, Any]:
    """Raises `Refused`."""
    image = _opened(path)
    with image:
        kind, size = image.format or "", image.size
        if size[0] * size[1] > PIXELS or max(size) > SIDE:
            raise Refused(Refusal.PIXELS, f"{size[0]} × {size[1]}")
        found = []
        if getattr(image, "n_frames", 1) > 1 and kind not in FRAMES_OF_A_PHOTO:
            found.append(Warning.ANIMATED)
        if min(size) < SMALLEST:
            found.append(Warning.SMALL)
        sharp = _derive(image)
    return {
        "content_type": FORMATS[kind],
        "pages": 1,
        "width": size[0],
        "height": size[1],
        "sharpness": sharp,
        "warnings": found,
    }


def _opened(path: Path) -> Image.Image:
    try:
        return Image.open(path, formats=("JPEG", "PNG", "WEBP", "HEIF"))
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as problem:
        raise Refused(Refusal.PIXELS) from problem


def _derive(image: Image.Image) -> int:
    """Write what is shown of it; its sharpness."""
    image.draft("RGB", SHOWN)
    image.load()
    upright = ImageOps.exif_transpose(image)
    shown = _flat(upright if upright is not None else image)
    shown.thumbnail(SHOWN)
    save_jpeg(shown, "clean", quality=85)
    sharp = sharpness(shown)
    shown.thumbnail(THUMBNAIL)
    save_jpeg(shown, "thumbnail", quality=80)
    return sharp


def sharpness(image: Image.Image) -> int:
    """The variance of its Laplacian, at 800 pixels: edges make it large, a blur takes them away.

    A sharp photo of a car has more than 100, one that was shaken less than 30; fog and a bare wall have little too,
    so that it warns and never refuses.
    """
    grey = image.convert("L")
    grey.thumbnail(LOOKED_AT)
    edges = grey.filter(LAPLACIAN)
    inside = (1, 1, max(2, edges.width - 1), max(2, edges.height - 1))
    return round(ImageStat.Stat(edges.crop(inside)).var[0])


def _flat(image: Image.Image) -> Image.Image:
    """On white, as JPEG knows no transparency."""
    if image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info:
        coloured = image.convert("RGBA")
        ground = Image.new("RGB", coloured.size, "white")
        ground.paste(coloured, mask=coloured.getchannel("A"))
        return ground
    return image.convert("RGB")


def save_jpeg(image: Image.Image, name: str, *, quality: int) -> None:
    """Write pixels and nothing else: neither EXIF, nor ICC, nor comment."""
    image.info.clear()
    image.save(name, "JPEG", quality=quality, optimize=False)
