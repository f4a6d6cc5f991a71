"""What a file is, whether it may be sent, and what others are shown of it."""

from pathlib import Path
from typing import Any

from claims.inspection.findings import Refusal, Refused

PDF, HEIC = b"%PDF-", (b"heic", b"heix", b"hevc", b"heim", b"heis", b"hevm", b"mif1", b"msf1", b"heif", b"avif")
FOREIGN = (
    (b"PK\x03\x04", "archive ou document Office"),
    (b"\xd0\xcf\x11\xe0", "document Office"),
    (b"MZ", "programme"),
    (b"\x7fELF", "programme"),
    (b"GIF8", "image GIF"),
    (b"BM", "image BMP"),
    (b"II*\x00", "image TIFF"),
    (b"MM\x00*", "image TIFF"),
    (b"Rar!", "archive"),
    (b"7z\xbc\xaf", "archive"),
)
MARKUP = (b"<!doctype", b"<html", b"<?xml", b"<svg", b"<script")


def examine(order: dict[str, Any]) -> dict[str, Any]:
    """Look into `in0`; writes `clean` and `thumbnail` beside it when it may be sent."""
    path = Path("in0")
    try:
        kind = kind_of(path)
        if kind == "pdf":
            from claims.inspection import papers  # noqa: PLC0415 -- each loads slow libraries

            return papers.look(path)
        from claims.inspection import pictures  # noqa: PLC0415 -- same

        return pictures.look(path)
    except Refused as refused:
        return {"refusal": refused.refusal, "detail": refused.detail}
    except MemoryError:
        return {"refusal": Refusal.HEAVY}
    except Exception as problem:  # noqa: BLE001 -- libraries raise outside their own families: see security, F12
        return {"refusal": Refusal.BROKEN, "error": type(problem).__name__}


def kind_of(path: Path) -> str:
    """« pdf » or « image » by the first bytes; raises `Refused` for anything else."""
    with path.open("rb") as file:
        head = file.read(1024)
    if not head.strip(b"\x00\r\n\t "):
        raise Refused(Refusal.EMPTY)
    if head.startswith(PDF) or (PDF in head and not head.lstrip().lower().startswith(MARKUP)):
        return "pdf"
    if head.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP"):
        return "image"
    if head[4:8] == b"ftyp" and head[8:12] in HEIC:
        return "image"
    raise Refused(Refusal.FORMAT, _named(head))


def _named(head: bytes) -> str:
    if head.lstrip().lower().startswith(MARKUP):
        return "page web ou dessin"
    return next((name for magic, name in FOREIGN if head.startswith(magic)), "")
