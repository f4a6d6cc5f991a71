"""One request, one transaction, one scope."""

from collections.abc import Callable
from typing import cast

from django.db import transaction
from django.http import HttpRequest, HttpResponse

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
