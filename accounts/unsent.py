"""What was typed and could not be taken, because nobody was signed in any more or the page was too old.

It waits in the browser's own session and is given back once, on the page it was typed on, to whoever may open that
page; not for long, as a workshop's computer is several people's.
"""

import re
import time
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

KEY = "unsent"
LONGEST = 20_000  # characters of one page; a grid of rates with sixty rows has fewer
WAITS = 30 * 60  # seconds
# Never kept: secrets, and what the page itself put there.
NOT_TYPED = re.compile(
    r"password|credential|token|^(code|digits|cle|jeton|acte|decision|vu|suite|retour|next|revision|faire|lignes)$"
)
IN_VAIN = "Votre session était terminée : rien n’a été enregistré. Reconnectez-vous, puis recommencez."
KEPT = "Votre session était terminée : rien n’a été envoyé. Reconnectez-vous, ce que vous aviez écrit vous sera rendu."


def page_of(request: HttpRequest) -> str:
    """The page a form stood on: what it posts to may be an address that only takes."""
    referrer = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(referrer, {request.get_host()}, require_https=request.is_secure()):
        return request.get_full_path()
    parts = urlsplit(referrer)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def keep(request: HttpRequest) -> bool:
    """Whether something typed was kept; a script says itself what became of what it sent."""
    if not _is_navigation(request):
        return False
    typed = {name: value for name, value in request.POST.items() if _is_typed(name, value)}
    if not typed or sum(map(len, typed.values())) > LONGEST:
        return False
    request.session[KEY] = {"path": urlsplit(page_of(request)).path, "typed": typed, "at": int(time.time())}
    return True


def _is_typed(name: str, value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip()) and not NOT_TYPED.search(name)


def _is_navigation(request: HttpRequest) -> bool:
    return request.method == "POST" and request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate"


def keep_and_say(request: HttpRequest) -> None:
    """For the page one signs in on."""
    if _is_navigation(request):
        messages.warning(request, KEPT if keep(request) else IN_VAIN)


def given_back(request: HttpRequest) -> list[dict[str, Any]]:
    """The fields of the page that is shown, once; those that hold words are shown to be copied."""
    held = request.session.get(KEY) if request.method == "GET" else None
    if not held or held["path"] != request.path:
        return []
    del request.session[KEY]
    if time.time() - held["at"] > WAITS:
        return []
    return [{"name": name, "text": text, "words": " " in text} for name, text in held["typed"].items()]
