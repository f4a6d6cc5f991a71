"""How django-allauth signs people in here: our limits, our mails, our pages."""

import ipaddress
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth import authenticate
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts import browsers, services
from accounts.limits import SIGN_INS, SIGN_INS_OF_ADDRESS
from accounts.models import User

WRONG = "Adresse ou mot de passe incorrect : vérifiez-les, ou choisissez « Mot de passe oublié »."
TOO_MANY = (
    "Trop d’essais pour cette adresse. Attendez quinze minutes, ou choisissez « Mot de passe oublié » : "
    "le lien que vous recevrez rouvre la porte tout de suite."
)


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Allauth's questions, answered by the portal."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": WRONG,
        "too_many_login_attempts": TOO_MANY,
    }

    def get_client_ip(self, request: HttpRequest) -> str:
        """An address the database takes as one: behind a socket there may be none, and a proxy may note a word."""
        try:
            return str(ipaddress.ip_address(browsers.client_address(request)))
        except ValueError:
            return "0.0.0.0"  # noqa: S104 -- « unknown », nothing listens there

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        """A passkey of a closed account leads back to the door, as a wrong password does."""
        return redirect("login")

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """Ask Django, at most so many times; allauth's own key holds the request's host, which visitors choose."""
        email = str(credentials.get("email", "")).strip().lower()
        account, address = browsers.tries_of(request, email), browsers.client_address(request)
        if not SIGN_INS_OF_ADDRESS.take(address) or not SIGN_INS.take(account):
            raise self.validation_error("too_many_login_attempts")
        user = authenticate(request, **credentials)
        if user is not None:
            SIGN_INS_OF_ADDRESS.give_back(address)
            SIGN_INS.give_back(account)
        return user if isinstance(user, User) else None

    def forgive(self, user: User) -> None:
        """Whoever chose a new password by mail is the owner: the tries of others no longer count."""
        SIGN_INS.forget(user.email)

    def pre_login(self, request: HttpRequest, user: User, **more: Any) -> HttpResponse | None:
        services.know_address(user)
        return super().pre_login(request, user, **more)  # type: ignore[no-any-return]

    def post_login(self, request: HttpRequest, user: User, **more: Any) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **more)
        browsers.remember(request, response, user.email)
        return response

    def send_confirmation_mail(self, request: HttpRequest, emailconfirmation: Any, signup: bool) -> None:
        """Somebody signs in whose address waits for its link: the outbox sends it again."""
        services.remind_to_confirm(emailconfirmation.email_address.user)

    def respond_email_verification_sent(self, request: HttpRequest, user: User | None) -> HttpResponse:
        return redirect("sign_up_sent")

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send nothing: mails are told by the outbox (messaging/rules.py), never inside a request."""

    def add_message(self, *_args: Any, **_more: Any) -> None:
        """Say nothing: our pages say it."""
