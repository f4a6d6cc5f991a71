"""The one way a private file leaves: by the proxy in front when there is one, otherwise by this process."""

import re
from urllib.parse import quote

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header

from accounts.privatefiles import store

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
    by_proxy = settings.X_ACCEL_PREFIX and not store().serves_ranges  # the proxy reads folders, not buckets
    answer = _by_proxy(key) if by_proxy else _by_ourselves(request, key, f'"{etag}"')
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
    if not store().exists(key):
        raise Http404
    answer = HttpResponse()
    answer.headers["X-Accel-Redirect"] = settings.X_ACCEL_PREFIX + quote(key)
    return answer


def _by_ourselves(request: HttpRequest, key: str, etag: str) -> HttpResponseBase:
    try:
        size = store().size(key)
    except FileNotFoundError as problem:
        raise Http404 from problem
    part = wanted_part(request, size, etag)
    if part is None:
        answer = _whole(key, size)
        answer.headers["Accept-Ranges"] = "bytes"
        return answer
    first, last = part
    if first > last or first >= size:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    return StreamingHttpResponse(
        store().pieces(key, first, last - first + 1),
        status=206,
        headers={"Content-Range": f"bytes {first}-{last}/{size}", "Content-Length": str(last - first + 1)},
    )


def _whole(key: str, size: int) -> HttpResponseBase:
    """A file of this machine is handed to the server, which lets the kernel send it."""
    if store().serves_ranges:
        return StreamingHttpResponse(store().pieces(key, 0, size), headers={"Content-Length": str(size)})
    try:
        return FileResponse(store().open(key))
    except FileNotFoundError as problem:
        raise Http404 from problem


def wanted_part(request: HttpRequest, size: int, etag: str) -> tuple[int, int] | None:
    """The first and last byte asked for; None for the whole: no range, several, or one of other bytes."""
    found = _RANGE.fullmatch(request.headers.get("Range", "").strip())
    if found is None or request.headers.get("If-Range", etag) != etag or found.groups() == ("", ""):
        return None
    first, last = found.groups()
    if not first:  # the last so many bytes
        return max(0, size - int(last)), size - 1
    return int(first), min(int(last) if last else size - 1, size - 1)
