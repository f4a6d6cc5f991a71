"""An antivirus, where the setting names one: fail closed, as what could not be asked is not known to be clean."""

from typing import BinaryIO

from django.conf import settings

SECONDS = 30


class UnavailableError(Exception):
    """The antivirus did not answer, or not with a verdict."""


def is_asked() -> bool:
    return bool(settings.CLAMAV)


def scan(file: BinaryIO) -> str:
    """The name of what was found, "" when nothing was. Raises `UnavailableError`."""
    try:
        from clamav_client import clamd  # noqa: PLC0415 -- an extra, only where it is asked for
    except ImportError as problem:
        raise UnavailableError("clamav-client") from problem
    address = settings.CLAMAV
    host, _, port = address.rpartition(":")
    daemon = (
        clamd.ClamdUnixSocket(address, timeout=SECONDS)
        if address.startswith("/")
        else clamd.ClamdNetworkSocket(host, int(port), timeout=SECONDS)
    )
    try:
        status, name = daemon.instream(file).get("stream", ("ERROR", None))
    except (OSError, ValueError, clamd.ClamdError) as problem:
        raise UnavailableError(type(problem).__name__) from problem
    if status not in {"OK", "FOUND"}:
        raise UnavailableError(str(status))
    return str(name or "inconnu") if status == "FOUND" else ""
