"""The one way a private file leaves: by the proxy in front when there is one, otherwise by this process."""

import re
from collections.abc import Iterator
from urllib.parse import quote

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header

CHUNK = 1 << 20  # bytes
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
# What a file may do in a browser: be looked at. A PDF is drawn by the browser's own viewer, which a sandbox would keep
# from starting; it runs no script of ours and none may be loaded.
PDF_POLICY = "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'none'"
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; frame-ancestors 'none'; sandbox"


def send(
    request: HttpRequest, key: str, *, name: str, content_type: str, etag: str, attachment: bool = False
) -> HttpResponseBase:
    """Answer with the stored file `key` under the readable `name`; 404 when it is lost.

    `etag` names the bytes, so that a download broken off goes on where it stopped (one range at a time).
    """
    answer = _by_proxy(key) if settings.X_ACCEL_PREFIX else _by_ourselves(request, key, f'"{etag}"')
    answer.headers["Content-Type"] = content_type
    answer.headers["Content-Disposition"] = content_disposition_header(attachment, name) or "attachment"
    answer.headers["Content-Security-Policy"] = PDF_POLICY if content_type == "application/pdf" else POLICY
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    answer.headers["ETag"] = f'"{etag}"'
    return answer


def framed(answer: HttpResponseBase) -> HttpResponseBase:
    """The same answer, which a page of the portal itself may show in a frame."""
    policy = answer.headers["Content-Security-Policy"]
    answer.headers["Content-Security-Policy"] = policy.replace("frame-ancestors 'none'", "frame-ancestors 'self'")
    return answer


def _by_proxy(key: str) -> HttpResponse:
    if not default_storage.exists(key):
        raise Http404
    answer = HttpResponse()
    answer.headers["X-Accel-Redirect"] = settings.X_ACCEL_PREFIX + quote(key)
    return answer


def _by_ourselves(request: HttpRequest, key: str, etag: str) -> HttpResponseBase:
    try:
        content = default_storage.open(key, "rb")
    except FileNotFoundError as problem:
        raise Http404 from problem
    size = content.size
    part = wanted_part(request, size, etag)
    if part is None:
        answer: HttpResponseBase = FileResponse(content)
        answer.headers["Accept-Ranges"] = "bytes"
        return answer
    first, last = part
    if first > last or first >= size:
        content.close()
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    return StreamingHttpResponse(
        _bytes(content, first, last - first + 1),
        status=206,
        headers={"Content-Range": f"bytes {first}-{last}/{size}", "Content-Length": str(last - first + 1)},
    )


def wanted_part(request: HttpRequest, size: int, etag: str) -> tuple[int, int] | None:
    """The first and last byte asked for; None for the whole: no range, several, or one of other bytes."""
    found = _RANGE.fullmatch(request.headers.get("Range", "").strip())
    if found is None or request.headers.get("If-Range", etag) != etag or found.groups() == ("", ""):
        return None
    first, last = found.groups()
    if not first:  # the last so many bytes
        return max(0, size - int(last)), size - 1
    return int(first), min(int(last) if last else size - 1, size - 1)


def _bytes(content: "File[bytes]", first: int, length: int) -> Iterator[bytes]:
    with content:
        content.seek(first)
        while length and (chunk := content.read(min(CHUNK, length))):
            length -= len(chunk)
            yield chunk
