"""The pages of accounts: sign in, ask for an account, wait, renew a password."""

from typing import Any

from allauth.account.views import LoginView, ReauthenticateView
from allauth.core.ratelimit import respond_429
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.base.views import ReauthenticateView as CodeView
from allauth.mfa.recovery_codes.views import ViewRecoveryCodesView
from altcha_django.views import ChallengeView
from django import forms
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import PasswordResetConfirmView
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from accounts import services
from accounts.adapter import Adapter
from accounts.browsers import client_address
from accounts.forms.doors import NewPasswordForm, PasswordResetForm, SignInForm, SignUpForm
from accounts.forms.guard import Guard
from accounts.http import ActorRequest
from accounts.limits import RESETS_OF_ADDRESS, RESETS_UNCHECKED, SIGN_UPS, SIGN_UPS_OF_ADDRESS
from accounts.models import AccountRequest
from accounts.scope import Kind

_sign_in = LoginView.as_view(template_name="accounts/login.html", form_class=SignInForm)

second_factor = AuthenticateView.as_view(template_name="accounts/second_factor.html")
verify_password = ReauthenticateView.as_view(template_name="accounts/verify_password.html")
verify_code = CodeView.as_view(template_name="accounts/verify_code.html")
recovery_codes = never_cache(ViewRecoveryCodesView.as_view(template_name="accounts/recovery_codes.html"))


class _NewPassword(PasswordResetConfirmView):
    """The page behind the link of a mail."""

    template_name = "accounts/password_reset_confirm.html"
    form_class = NewPasswordForm
    success_url = reverse_lazy("password_reset_done")

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        Adapter(self.request).forgive(form.user)
        return response


password_reset_confirm = _NewPassword.as_view()
challenge = login_not_required(ChallengeView.as_view())


@login_not_required
@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: ActorRequest) -> HttpResponseBase:
    """Sign in; who already is goes home and not to `next`, from which they may just have been turned away."""
    if request.actor.kind != Kind.ANONYMOUS:
        return redirect("home")
    return _sign_in(request)  # type: ignore[no-any-return]


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_out(request: ActorRequest) -> HttpResponse:
    """Sign out; an address alone never does, it asks."""
    if request.method == "POST":
        logout(request)
    if request.actor.kind == Kind.ANONYMOUS or request.method == "POST":
        return redirect("login")
    return render(request, "accounts/sign_out.html")


@login_not_required
@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_up(request: ActorRequest) -> HttpResponse:
    if request.actor.kind != Kind.ANONYMOUS:
        return redirect("home")
    guard = Guard(request)
    form = _typed(SignUpForm, request, guard)
    if guard.admits(form):
        if not SIGN_UPS_OF_ADDRESS.take(client_address(request)):
            return respond_429(request)  # type: ignore[no-any-return]
        if not guard.is_trapped and SIGN_UPS.take(form.cleaned_data["email"]):
            services.request_account(**form.cleaned_data)
        return redirect("sign_up_sent")
    return guard.protect(render(request, "accounts/sign_up.html", {"form": form, "guard": guard}))


def _typed(kind: type[forms.Form], request: HttpRequest, guard: Guard) -> forms.Form:
    """What was typed; whoever only chose another check finds it again, unjudged."""
    return kind(initial=request.POST.dict()) if guard.is_switching else kind(request.POST or None)


@login_not_required
@require_safe
def sign_up_sent(request: HttpRequest) -> HttpResponse:
    """Say the same to everybody."""
    return render(request, "accounts/sign_up_sent.html")


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_up_confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Show what the link confirms, then confirm it: a mail scanner that follows links confirms nothing."""
    try:
        if request.method == "POST":
            services.confirm_sign_up(token)
            return redirect("sign_up_confirmed")
        found = services.find_sign_up(token)
    except services.Unconfirmed:
        found = None
    return render(request, "accounts/sign_up_confirm.html", {"found": found})


@login_not_required
@require_safe
def sign_up_confirmed(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/sign_up_confirmed.html")


@require_safe
def pending(request: ActorRequest) -> HttpResponse:
    """Where somebody waits whose request is not decided."""
    if request.actor.kind != Kind.PENDING:
        return redirect("establishments" if request.actor.kind == Kind.REPAIRER else "home")
    requests = AccountRequest.objects.visible_to(request.actor).select_related("cabinet")
    return render(request, "accounts/pending.html", {"requests": requests.order_by("-requested_at", "-pk")})


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def password_reset(request: HttpRequest) -> HttpResponse:
    """Ask for a link; after a few, from one address, the visitor shows that they are somebody."""
    address = client_address(request)
    guard = Guard(request, needed=RESETS_UNCHECKED.is_reached(address))
    form = _typed(PasswordResetForm, request, guard)
    if guard.admits(form):
        if not RESETS_OF_ADDRESS.take(address):
            return respond_429(request)  # type: ignore[no-any-return]
        RESETS_UNCHECKED.take(address)
        if not guard.is_trapped:
            services.request_password_reset(**form.cleaned_data)
        return redirect("password_reset_sent")
    return guard.protect(render(request, "accounts/password_reset.html", {"form": form, "guard": guard}))


@login_not_required
@require_safe
def password_reset_sent(request: HttpRequest) -> HttpResponse:
    """Say the same to everybody."""
    return render(request, "accounts/password_reset_sent.html")


@login_not_required
@require_safe
def password_reset_done(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/password_reset_done.html")
