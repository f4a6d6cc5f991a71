"""Where a request comes from, and whether that browser or address signed in to an account before.

A known browser has tries of its own: whoever exhausts an account's tries from elsewhere does not shut its owner out.
"""

from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import get_random_string, salted_hmac

COOKIE_AGE = 180 * 24 * 3600  # seconds
ADDRESS_AGE = 30 * 24 * 3600
_SALT = "accounts.browsers"


def client_address(request: HttpRequest) -> str:
    """The visitor's address: the one our own nearest proxies noted, never what the visitor claims."""
    noted = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
    proxies = settings.TRUSTED_PROXIES
    if 0 < proxies <= len(noted):
        return noted[-proxies]
    return str(request.META.get("REMOTE_ADDR") or "?")


def tries_of(request: HttpRequest, email: str) -> str:
    """Under which name the tries to sign in to an account are counted."""
    name, known = _known(request)
    if _mark(email) in known:
        return f"{email} {name}"
    address = client_address(request)
    return f"{email} @{address}" if cache.get(_place(email, address)) else email


def remember(request: HttpRequest, response: HttpResponse, email: str) -> None:
    """Note that this browser, and this address, signed in to the account."""
    name, known = _known(request)
    value = signing.dumps(
        [name or get_random_string(22), [_mark(email), *(m for m in known if m != _mark(email))][:5]],
        salt=_SALT,
    )
    response.set_cookie(
        settings.BROWSER_COOKIE_NAME,
        value,
        max_age=COOKIE_AGE,
        secure=settings.SECURE,
        httponly=True,
        samesite="Lax",
    )
    cache.set(_place(email, client_address(request)), 1, ADDRESS_AGE)


def _known(request: HttpRequest) -> tuple[str, list[str]]:
    try:
        cookie = request.COOKIES.get(settings.BROWSER_COOKIE_NAME, "")
        name, known = signing.loads(cookie, salt=_SALT, max_age=COOKIE_AGE)
    except (signing.BadSignature, ValueError, TypeError):
        return "", []
    return str(name), list(known)


def _mark(email: str) -> str:
    """An account without its address."""
    return salted_hmac(_SALT, email).hexdigest()[:20]


def _place(email: str, address: str) -> str:
    return f"connu:{salted_hmac(_SALT, f'{email} {address}').hexdigest()}"


_BROWSERS = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "SamsungBrowser": "Samsung Internet",
    "Firefox": "Firefox",
    "FxiOS": "Firefox",
    "Chrome": "Chrome",
    "CriOS": "Chrome",
    "Safari": "Safari",
}
_SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "Mac OS": "Mac",
    "CrOS": "Chromebook",
    "Linux": "Linux",
}


def browser_name(user_agent: str) -> str:
    """`Chrome sur Windows`, as its owner would call it; browsers name their forerunners, so the order matters."""
    browser = next((name for mark, name in _BROWSERS.items() if mark in user_agent), "Navigateur inconnu")
    system = next((name for mark, name in _SYSTEMS.items() if mark in user_agent), "")
    return f"{browser} sur {system}" if system else browser
