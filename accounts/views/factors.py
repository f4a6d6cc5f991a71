"""The second factor: a code of an application, passkeys, recovery codes; each change is told by mail."""

from typing import Any

from allauth.account.decorators import reauthentication_required
from allauth.mfa.base.views import IndexView
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from allauth.mfa.webauthn.internal import auth
from allauth.mfa.webauthn.internal.flows import remove_authenticator
from allauth.mfa.webauthn.views import AddWebAuthnView, LoginWebAuthnView, ReauthenticateWebAuthnView
from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts import services
from accounts.forms.doors import fields_only
from accounts.http import ActorRequest
from accounts.secondfactor import factors_of

APPLICATION, PASSKEY, CODES = "application d’authentification", "clé d’accès", "codes de secours"


class _Told:
    """Notes the change in the transaction that makes it."""

    change: services.FactorChange
    factor: str

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)  # type: ignore[misc]  # allauth has no types
        request: ActorRequest = self.request  # type: ignore[attr-defined]
        services.note_factor(request.user, self.change, factor=self.factor, actor=request.actor)
        return response


class _ActivateTotp(_Told, ActivateTOTPView):  # type: ignore[misc]  # allauth has no types
    template_name = "accounts/totp_activate.html"
    change, factor = services.FactorChange.ADDED, APPLICATION


class _DeactivateTotp(_Told, DeactivateTOTPView):  # type: ignore[misc]  # allauth has no types
    template_name = "accounts/totp_deactivate.html"
    change, factor = services.FactorChange.REMOVED, APPLICATION


class _RenewCodes(_Told, GenerateRecoveryCodesView):  # type: ignore[misc]  # allauth has no types
    template_name = "accounts/recovery_codes_renew.html"
    change, factor = services.FactorChange.RENEWED, CODES


class PasskeyForm(AddWebAuthnForm):  # type: ignore[misc]  # allauth has no types
    """How a person calls the key, and what the device answered."""

    name = forms.CharField(
        label="Nom de cette clé",
        max_length=60,
        required=False,
        help_text="Pour la reconnaître, par exemple « Téléphone de l’atelier ».",
    )
    passwordless = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["credential"].error_messages["required"] = "L’appareil n’a rien répondu : recommencez."
        self.helper = fields_only()


class _AddPasskey(_Told, AddWebAuthnView):  # type: ignore[misc]  # allauth has no types
    """Each passkey may sign in by itself: the device is asked to keep it, and to check that it is its owner."""

    template_name = "accounts/passkey_add.html"
    form_class = PasskeyForm
    change, factor = services.FactorChange.ADDED, PASSKEY

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found: dict[str, Any] = super().get_context_data(**kwargs)
        found["form"] = kwargs.get("form", found["form"])
        found["js_data"] = {"creation_options": auth.begin_registration(self.request.user, passwordless=True)}
        return found


class _PasskeyAgain(ReauthenticateWebAuthnView):  # type: ignore[misc]  # allauth has no types
    template_name = "accounts/verify_passkey.html"

    def form_invalid(self, form: Any) -> HttpResponse:
        messages.error(self.request, "Cette clé n’a pas été reconnue : recommencez.")
        return HttpResponseRedirect(self.request.get_full_path())


class _SignInByPasskey(LoginWebAuthnView):  # type: ignore[misc]  # allauth has no types
    def form_invalid(self, form: Any) -> HttpResponse:
        messages.error(self.request, "Cette clé n’a pas été reconnue : réessayez, ou donnez votre mot de passe.")
        return redirect("login")


second_factors = IndexView.as_view(template_name="accounts/second_factors.html")
activate_totp = never_cache(_ActivateTotp.as_view())
deactivate_totp = _DeactivateTotp.as_view()
renew_codes = _RenewCodes.as_view()
passkey_add = never_cache(_AddPasskey.as_view())
verify_passkey = never_cache(_PasskeyAgain.as_view())
passkey_sign_in = login_not_required(never_cache(_SignInByPasskey.as_view()))


@never_cache
@require_POST
def passkey_remove(request: ActorRequest, pk: int) -> HttpResponse:
    """One's own alone: who asks for another's learns nothing, not even a question for the password."""
    key = get_object_or_404(factors_of(request.user).filter(type=Authenticator.Type.WEBAUTHN), pk=pk)
    return _remove(request, key)  # type: ignore[no-any-return]


@reauthentication_required(app="allauth.mfa")  # type: ignore[untyped-decorator]
def _remove(request: HttpRequest, key: Authenticator) -> HttpResponse:
    asked: Any = request
    remove_authenticator(request, key)
    services.note_factor(asked.user, services.FactorChange.REMOVED, factor=PASSKEY, actor=asked.actor)
    messages.success(request, "La clé est retirée.")
    return redirect("mfa_index")
