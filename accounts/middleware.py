"""One request, one transaction, one scope."""

from collections.abc import Callable
from typing import cast

from django.contrib.auth import SESSION_KEY
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string

from accounts import scope, services, unsent
from accounts.http import ActorRequest
from accounts.scope import Actor

# The same for everybody, without the database: health, and what a browser keeps to say that there is no connection.
NOBODYS = ("/sante/", "/service-worker.js", "/site.webmanifest", "/hors-ligne/")
GetResponse = Callable[[HttpRequest], HttpResponse]


class ActorMiddleware:
    """Open the transaction, set the scope of the signed-in user, roll back what a failed view had begun.

    The account is read in the statement that enters the scope (`accounts/backends.py`): only then is it known whether
    the session still holds. It stands innermost, so that templates are rendered inside the transaction. Whatever a
    view raises (a 404 and a 403 as well) or answers from 500 on undoes its writes. A streamed body runs after the
    commit, without a scope: a view that streams lists its rows before it returns.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(NOBODYS):
            return self.get_response(request)
        if "\0" in request.path:
            raise Http404  # in no row, and PostgreSQL takes none
        claimed = request.session.get(SESSION_KEY)
        with scope.acting_as(int(claimed) if claimed else None) as actor:
            if request.user.is_authenticated or actor.user_id is None:
                response = self._answer(request, actor)
            else:  # the session outlived a password, or the account was closed
                with scope.acting_as(None) as nobody:
                    response = self._answer(request, nobody)
        if SESSION_KEY in request.session and request.user.is_authenticated:
            services.note_seen(request)
        return response

    def _answer(self, request: HttpRequest, actor: Actor) -> HttpResponse:
        cast("ActorRequest", request).actor = actor
        response = self.get_response(request)
        if response.status_code == 405 and request.method == "GET":
            _say_it_only_takes(request, response)
        if response.status_code >= 500 or getattr(request, "view_raised", False):
            transaction.set_rollback(True)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """Note that the view raised; the answer is made by others."""
        request.view_raised = True  # type: ignore[attr-defined]


def _say_it_only_takes(request: HttpRequest, response: HttpResponse) -> None:
    """An address that only takes what a button sends was opened by itself, from the history or after signing in."""
    said = {
        "status": 405,
        "title": "Il n’y a pas de page ici",
        "advice": "Cette adresse ne reçoit que ce qu’un bouton envoie. Rien n’a changé : revenez d’où vous veniez.",
    }
    response.content = render_to_string("error.html", said, request)


class PrivateMiddleware:
    """Nothing a signed-in person sees is kept by a cache on the way, nor shown after signing out."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store, private")
        response.headers.setdefault("Permissions-Policy", "camera=(self), geolocation=(), microphone=()")
        return response


class SignedInMiddleware(LoginRequiredMiddleware):
    """Who is not signed in signs in, and comes back to the page; what was typed on it comes back too.

    The token of the form was checked before: nobody else's page puts words here.
    """

    def handle_no_permission(
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase]
    ) -> HttpResponseRedirect:
        if request.method != "POST":
            return super().handle_no_permission(request, view_func)
        unsent.keep_and_say(request)
        return redirect_to_login(unsent.page_of(request), self.get_login_url(view_func))
