"""What a file may be: its first bytes decide, never its name."""

import unicodedata
from pathlib import PurePosixPath
from typing import IO

from django.core.exceptions import ValidationError

MAX_FILE_SIZE = 25 * 1024 * 1024  # bytes
_MAGIC = (
    (b"%PDF-", "application/pdf"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
)
EXTENSIONS = {
    "application/pdf": ".pdf",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
    "image/heic": ".heic",
}
_OTHER_EXTENSIONS = {".jpg": (".jpeg", ".jpe", ".jfif"), ".heic": (".heif", ".avif")}
MAX_LABEL_BYTES = 120


def content_type_of(file: IO[bytes]) -> str:
    """The format of a PDF, JPEG or PNG file, left at its start; raises `ValidationError` for anything else."""
    file.seek(0)
    head = file.read(1024)
    file.seek(0)
    for magic, content_type in _MAGIC:
        if head.startswith(magic) or (magic == b"%PDF-" and magic in head):
            return content_type
    raise ValidationError(
        "Ce fichier n’est ni un PDF, ni une photo JPEG ou PNG : enregistrez-le dans l’un de ces formats.",
        code="format",
    )


def validate_size(size: int) -> None:
    """`size` in bytes."""
    if size == 0:
        raise ValidationError("Ce fichier est vide.", code="empty")
    if size > MAX_FILE_SIZE:
        raise ValidationError("Ce fichier dépasse 25 Mo : réduisez-le avant de l’envoyer.", code="size")


def display_name(name: str, content_type: str = "") -> str:
    """What a file is called on screen: composed letters, nothing invisible, no folder, at most 120 bytes.

    With a known `content_type` it ends in that format's extension, whatever it claimed to be.
    """
    composed = unicodedata.normalize("NFC", name.replace("\\", "/"))
    last = composed.rsplit("/", 1)[-1]
    seen = "".join(" " if sign.isspace() else sign for sign in last if sign.isspace() or sign.isprintable())
    text = " ".join(seen.split()).rstrip(". ")
    extension = EXTENSIONS.get(content_type, PurePosixPath(text).suffix[:10])
    endings = (extension, *_OTHER_EXTENSIONS.get(extension, ()))
    known = next((ending for ending in endings if ending and text.lower().endswith(ending.lower())), "")
    stem = (text[: -len(known)] if known else text).strip(". ") or "document"
    return _cut(stem, MAX_LABEL_BYTES - len(extension.encode())) + extension


def _cut(text: str, limit: int) -> str:
    return text.encode()[:limit].decode(errors="ignore")
