"""The pages of accounts: sign in, ask for an account, wait, renew a password."""

from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView, PasswordResetConfirmView
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from accounts import services
from accounts.forms import NewPasswordForm, PasswordResetForm, SignInForm, SignUpForm
from accounts.http import ActorRequest
from accounts.models import AccountRequest
from accounts.scope import Kind

_sign_in = LoginView.as_view(template_name="accounts/login.html", authentication_form=SignInForm)
password_reset_confirm = PasswordResetConfirmView.as_view(
    template_name="accounts/password_reset_confirm.html",
    form_class=NewPasswordForm,
    success_url=reverse_lazy("password_reset_done"),
)


@login_not_required
@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: ActorRequest) -> HttpResponseBase:
    """Sign in; who already is goes home and not to `next`, from which they may just have been turned away."""
    if request.actor.kind != Kind.ANONYMOUS:
        return redirect("home")
    return _sign_in(request)


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
    form = SignUpForm(request.POST or None)
    if form.is_valid():
        services.request_account(**form.cleaned_data)
        return redirect("sign_up_sent")
    return render(request, "accounts/sign_up.html", {"form": form})


@login_not_required
@require_safe
def sign_up_sent(request: HttpRequest) -> HttpResponse:
    """Say the same to everybody."""
    return render(request, "accounts/sign_up_sent.html")


@require_safe
def pending(request: ActorRequest) -> HttpResponse:
    """Where somebody waits whose request is not decided."""
    if request.actor.kind != Kind.PENDING:
        return redirect("home")
    requests = AccountRequest.objects.visible_to(request.actor).select_related("cabinet")
    return render(request, "accounts/pending.html", {"requests": requests.order_by("-requested_at", "-pk")})


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def password_reset(request: HttpRequest) -> HttpResponse:
    form = PasswordResetForm(request.POST or None)
    if form.is_valid():
        services.request_password_reset(**form.cleaned_data)
        return redirect("password_reset_sent")
    return render(request, "accounts/password_reset.html", {"form": form})


@login_not_required
@require_safe
def password_reset_sent(request: HttpRequest) -> HttpResponse:
    """Say the same to everybody."""
    return render(request, "accounts/password_reset_sent.html")


@login_not_required
@require_safe
def password_reset_done(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/password_reset_done.html")
