"""One request, one transaction, one scope."""

import time
from collections.abc import Callable
from typing import cast

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

from accounts import scope, services
from accounts.http import ActorRequest

GetResponse = Callable[[HttpRequest], HttpResponse]


class ActorMiddleware:
    """Open the transaction, set the scope of the signed-in user, roll back what a failed view had begun.

    It stands innermost, so that templates are rendered inside the transaction. Whatever a view raises (a 404 and a 403
    as well) or answers from 500 on undoes its writes. A streamed body runs after the commit, without a scope: a view
    that streams lists its rows before it returns.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith("/sante/"):
            return self.get_response(request)
        user_id = request.user.pk if request.user.is_authenticated else None
        if user_id:
            services.note_seen(request)
        with scope.acting_as(user_id) as actor:
            cast("ActorRequest", request).actor = actor
            response = self.get_response(request)
            if response.status_code >= 500 or getattr(request, "view_raised", False):
                transaction.set_rollback(True)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """Note that the view raised; the answer is made by others."""
        request.view_raised = True  # type: ignore[attr-defined]


class PrivateMiddleware:
    """Nothing a signed-in person sees is kept by a cache on the way, nor shown after signing out."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store, private")
        response.headers.setdefault("Permissions-Policy", "camera=(self), geolocation=(), microphone=()")
        return response


class SteadyMiddleware:
    """Where an address is typed that may be somebody's, the time of the answer does not tell whether it is.

    The work differs by a few rows; the answer leaves on the next step of a clock that began with the request, after
    the transaction was committed. It stands outside `ActorMiddleware` for that.
    """

    STEADY = frozenset({"password_reset", "sign_up"})

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.monotonic()
        response = self.get_response(request)
        if request.method == "POST" and settings.ANSWER_STEP and self._is_steady(request):
            time.sleep(settings.ANSWER_STEP - (time.monotonic() - began) % settings.ANSWER_STEP)
        return response

    def _is_steady(self, request: HttpRequest) -> bool:
        try:
            return resolve(request.path_info).url_name in self.STEADY
        except Resolver404:
            return False
