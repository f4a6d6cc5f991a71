"""What a file may be: its first bytes decide, never its name."""

from typing import IO

from django.core.exceptions import ValidationError

MAX_FILE_SIZE = 25 * 1024 * 1024  # bytes
_MAGIC = (
    (b"%PDF-", "application/pdf"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
)
EXTENSIONS = {"application/pdf": ".pdf", "image/jpeg": ".jpg", "image/png": ".png"}
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
        "Ce fichier n'est ni un PDF, ni une photo JPEG ou PNG : enregistrez-le dans l'un de ces formats.",
        code="format",
    )


def validate_size(size: int) -> None:
    """`size` in bytes."""
    if size == 0:
        raise ValidationError("Ce fichier est vide.", code="empty")
    if size > MAX_FILE_SIZE:
        raise ValidationError("Ce fichier dépasse 25 Mo : réduisez-le avant de l'envoyer.", code="size")
