"""One's own account: mobile, password, address, sessions, data."""

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import services
from accounts.browsers import browser_name
from accounts.forms.settings import EmailForm, MobileForm, PasswordForm
from accounts.http import ActorRequest
from accounts.limits import EMAIL_CHANGES
from accounts.secondfactor import factors_of
from accounts.validators import display_mobile

GET_AND_POST = require_http_methods(["GET", "HEAD", "POST"])


@never_cache
@GET_AND_POST
def settings(request: ActorRequest) -> HttpResponse:
    """Everything of one's account, and the mobile number to change in place."""
    written = display_mobile(request.user.mobile)
    form = MobileForm(request.POST or None, user=request.user, initial={"mobile": written})
    if form.is_valid():
        services.change_mobile(request.user, actor=request.actor, **form.cleaned_data)
        messages.success(request, "Votre numéro de mobile est modifié.")
        return redirect("settings")
    context = {"form": form, "factors": factors_of(request.user), "types": Authenticator.Type}
    return render(request, "accounts/settings.html", context)


@never_cache
@sensitive_post_parameters("current", "password")
@GET_AND_POST
def settings_password(request: ActorRequest) -> HttpResponse:
    """A new password ends every other session; this one goes on under a new key."""
    form = PasswordForm(request.POST or None, user=request.user)
    if form.is_valid():
        keep, password = request.session.session_key, form.cleaned_data["password"]
        services.change_password(request.user, password=password, actor=request.actor, keep=keep)
        update_session_auth_hash(request, request.user)
        services.move_session(request, keep)
        messages.success(request, "Votre mot de passe est changé. Partout ailleurs, il faudra se reconnecter.")
        return redirect("settings")
    return render(request, "accounts/settings_password.html", {"form": form})


@never_cache
@sensitive_post_parameters("current")
@GET_AND_POST
def settings_email(request: ActorRequest) -> HttpResponse:
    form = EmailForm(request.POST or None, user=request.user)
    if form.is_valid():
        email = form.cleaned_data["email"]
        if EMAIL_CHANGES.take(str(request.user.pk)):
            services.ask_email_change(request.user, email=email, actor=request.actor)
        messages.success(request, f"Un lien vient d’être envoyé à {email}. Ouvrez-le dans les 24 heures.")
        return redirect("settings")
    return render(request, "accounts/settings_email.html", {"form": form})


@login_not_required
@never_cache
@GET_AND_POST
def email_confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Show what the link confirms, then confirm it: a mail scanner that follows links confirms nothing."""
    try:
        if request.method == "POST":
            found = services.confirm_email_change(token)
            return render(request, "accounts/email_confirmed.html", {"found": found})
        found = services.find_email_change(token)
    except services.Unconfirmed:
        return render(request, "accounts/email_confirm.html", {"found": None})
    return render(request, "accounts/email_confirm.html", {"found": found})


@never_cache
@require_safe
def sessions(request: ActorRequest) -> HttpResponse:
    """Where this person is signed in; this very session comes first."""
    here = request.session.session_key
    rows = [
        {"row": row, "browser": browser_name(row.user_agent), "is_here": row.session_key == here}
        for row in services.sessions_of(request.user.pk)
    ]
    rows.sort(key=lambda entry: not entry["is_here"])
    return render(request, "accounts/sessions.html", {"sessions": rows})


@require_POST
def session_end(request: ActorRequest, pk: int) -> HttpResponse:
    rows = services.sessions_of(request.user.pk).filter(pk=pk)
    if not services.end_sessions(rows, request.user, actor=request.actor):
        raise Http404
    messages.success(request, "Cet appareil est déconnecté.")
    return redirect("sessions")


@require_POST
def sessions_end(request: ActorRequest) -> HttpResponse:
    """Everywhere, here as well."""
    services.end_sessions(services.sessions_of(request.user.pk), request.user, actor=request.actor)
    request.session.flush()
    return redirect("login")


@never_cache
@require_POST
def my_data(request: ActorRequest) -> HttpResponse:
    """A file of everything kept about this person; asking for it is noted, so it is no mere look."""
    found = services.my_data(request.user, actor=request.actor)
    answer = JsonResponse(found, json_dumps_params={"ensure_ascii": False, "indent": 2})
    name = f"mes-donnees-portail-{timezone.localdate():%Y-%m-%d}.json"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
