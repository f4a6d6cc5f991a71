"""Is somebody there? A proof of work done by the visitor's browser, or a question; and a field that robots fill in.

Google's reCAPTCHA takes the place of the proof of work for the visitor who asks for it, when its keys are set: before
that choice no page of ours asks anything of Google (consent, CNIL decision of 16 March 2023).
"""

import secrets
import time
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any

from altcha_django import run_verification
from csp.constants import NONCE, SELF
from csp.decorators import csp_update
from django import forms
from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare, salted_hmac
from django_recaptcha import client as google

from accounts.browsers import client_address
from accounts.limits import QUESTIONS, QUESTIONS_OF_ADDRESS

SHORTEST, LONGEST = 3, 3600  # seconds between showing a question and its answer
_SALT = "accounts.guard"
_NUMBERS = [
    "zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit",
    "neuf", "dix", "onze", "douze", "treize", "quatorze", "quinze", "seize",
]  # fmt: skip
_GOOGLE = ["https://www.google.com/recaptcha/", "https://www.gstatic.com/recaptcha/"]

DO_IT = "Cochez « Je ne suis pas un robot » et attendez la coche, ou répondez à la question."
AGAIN = "La vérification n’a pas abouti ou n’est plus valable : refaites-la, ou répondez à la question."
WRONG = "La réponse à la question n’est pas la bonne, ou elle est partie trop vite : en voici une autre."
TOO_OFTEN = "Trop de réponses depuis cette adresse : réessayez dans une heure, avec la case à cocher."
GOOGLE_AWAY = "Google ne répond pas : réessayez, ou choisissez la vérification du portail."


@dataclass(frozen=True, slots=True)
class Question:
    """« Combien font deux plus cinq ? », and the token that lets us know the answer again."""

    text: str
    token: str


def ask() -> Question:
    """A new question; its token holds no answer, only what an answer is compared with."""
    left, right = secrets.randbelow(8) + 1, secrets.randbelow(8) + 1
    nonce = secrets.token_urlsafe(12)
    token = signing.dumps([nonce, int(time.time()), _mark(nonce, left + right)], salt=_SALT)
    return Question(f"Combien font {_NUMBERS[left]} plus {_NUMBERS[right]} ?", token)


def _mark(nonce: str, answer: int) -> str:
    return salted_hmac(_SALT, f"{nonce} {answer}", algorithm="sha256").hexdigest()


def is_right(token: str, typed: str) -> bool:
    """Whether this answers the question of `token`, in digits or in letters: once, not at once, within the hour."""
    try:
        nonce, shown_at, mark = signing.loads(token, salt=_SALT, max_age=LONGEST)
    except (signing.BadSignature, ValueError, TypeError):
        return False
    typed = typed.strip().lower()
    answer = _NUMBERS.index(typed) if typed in _NUMBERS else int(typed) if typed in map(str, range(99)) else -1
    if time.time() - shown_at < SHORTEST or not constant_time_compare(mark, _mark(nonce, answer)):
        return False
    return bool(cache.add(f"question:{nonce}", 1, LONGEST))


class Guard:
    """What a form that strangers may send asks besides its fields; `templates/accounts/_guard.html` draws it."""

    def __init__(self, request: HttpRequest, *, needed: bool = True) -> None:
        self.request = request
        self.posted = request.POST
        self.is_trapped = bool(self.posted.get("site_web"))
        self.is_switching = "verification_voulue" in self.posted
        wanted = self.posted.get("verification_voulue") or self.posted.get("verification")
        self.offers_google = needed and settings.CAPTCHA == "recaptcha"
        self.by_google = self.offers_google and wanted == "google"
        self.by_work = needed and settings.CAPTCHA != "none" and not self.by_google
        self.error = ""

    @property
    def is_drawn(self) -> bool:
        return self.by_google or self.by_work

    @property
    def google_key(self) -> str:
        return str(settings.RECAPTCHA_PUBLIC_KEY)

    @property
    def google_script(self) -> str:
        return f"{_GOOGLE[0]}api.js?hl=fr"

    @property
    def question(self) -> Question:
        return ask()

    def admits(self, form: forms.BaseForm) -> bool:
        """Whether the form is right and somebody sent it; a refusal is shown with the form's own errors.

        The form comes first: a proof serves once, and a typing error should not cost it. A robot caught in the trap
        is let through here, for it to believe that its form was taken; the view then does nothing with it.
        """
        if self.is_switching or not form.is_valid():
            return False
        if not self.is_trapped:
            self.error = self._refusal()
        if self.error:
            form.add_error(None, self.error)
        return not self.error

    def _refusal(self) -> str:
        if not self.is_drawn:
            return ""
        if self.posted.get("reponse"):
            return self._refusal_of_answer()
        return self._refusal_of_google() if self.by_google else self._refusal_of_work()

    def _refusal_of_answer(self) -> str:
        """Whoever has no JavaScript passes here, and any robot could: few times, then."""
        if not QUESTIONS_OF_ADDRESS.take(client_address(self.request)) or not QUESTIONS.take(""):
            return TOO_OFTEN
        return "" if is_right(self.posted.get("question", ""), self.posted.get("reponse", "")) else WRONG

    def _refusal_of_work(self) -> str:
        proof = self.posted.get("altcha", "")
        if not proof:
            return DO_IT
        return "" if run_verification(proof, request=self.request).verified else AGAIN

    def _refusal_of_google(self) -> str:
        token = self.posted.get("g-recaptcha-response", "")
        if not token:
            return DO_IT
        try:
            answer = google.submit(token, settings.RECAPTCHA_PRIVATE_KEY, client_address(self.request))
        except (OSError, HTTPException, ValueError, KeyError):  # away, cut off, or speaking something else
            return GOOGLE_AWAY
        return "" if answer.is_valid else AGAIN

    def protect(self, response: HttpResponse) -> HttpResponse:
        """Widen the page's policy by what its check needs, and no other page's."""
        policy: dict[str, Any] = {}
        if self.by_work:  # the widget computes in a worker made of its own text, and brings its style along
            policy = {"worker-src": [SELF, "blob:"], "style-src": [NONCE]}
        elif self.by_google:
            policy = {"script-src": _GOOGLE, "frame-src": _GOOGLE, "connect-src": _GOOGLE[:1]}
        csp_update(policy)(lambda _request: response)(self.request)
        return response
