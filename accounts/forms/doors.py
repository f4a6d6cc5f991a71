"""What may be typed to sign up, sign in and renew a password."""

from typing import Any

from allauth.account.forms import LoginForm
from crispy_forms.helper import FormHelper
from django import forms
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.password_validation import password_validators_help_text_html, validate_password
from django.core.exceptions import ValidationError

from accounts import services
from accounts.models import Cabinet, User
from accounts.validators import clean_mobile, clean_siret, validate_postal_code


def fields_only() -> FormHelper:
    """The page holds the `<form>` and its buttons."""
    helper = FormHelper()
    helper.form_tag = False
    return helper


class SignInForm(LoginForm):  # type: ignore[misc]  # allauth has no types
    """E-mail and password; a closed account, an unknown one and a wrong password read the same."""

    password = forms.CharField(
        label="Mot de passe",
        strip=False,
        max_length=128,
        error_messages={"required": "Écrivez votre mot de passe."},
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"] = forms.EmailField(
            label="Adresse e-mail",
            error_messages={
                "required": "Écrivez l’adresse e-mail de votre compte.",
                "invalid": "Écrivez une adresse complète, par exemple atelier@exemple.fr.",
            },
            widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
        )
        self.helper = fields_only()

    def add_prefix(self, field_name: str) -> str:
        """The page calls it as password managers do."""
        return str(super().add_prefix("username" if field_name == "login" else field_name))


def siret_field() -> forms.CharField:
    """The SIRET of an establishment, as every page asks for it."""
    return forms.CharField(
        label="SIRET",
        max_length=30,
        help_text="14 chiffres, avec ou sans espaces.",
        error_messages={"required": "Écrivez les 14 chiffres du SIRET de l’établissement."},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )


def postal_code_field() -> forms.CharField:
    return forms.CharField(
        label="Code postal",
        help_text="5 chiffres : celui de l’établissement.",
        validators=[validate_postal_code],
        error_messages={"required": "Écrivez les 5 chiffres du code postal de l’établissement."},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "postal-code"}),
    )


class SignUpForm(forms.Form):
    """A request for an account; nothing here depends on who has one already."""

    company_name = forms.CharField(
        label="Nom de l’entreprise ou du garage",
        max_length=120,
        help_text="Tel que le cabinet le connaît.",
        error_messages={"required": "Écrivez le nom de votre entreprise, tel que le cabinet le connaît."},
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    email = forms.EmailField(
        label="Adresse e-mail",
        max_length=254,
        help_text="Celle que votre cabinet connaît : elle devient votre identifiant.",
        error_messages={
            "required": "Écrivez l’adresse e-mail que votre cabinet connaît.",
            "invalid": "Écrivez une adresse complète, par exemple atelier@exemple.fr.",
        },
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    mobile = forms.CharField(
        label="Téléphone mobile",
        max_length=30,
        help_text="Pour que le cabinet vous rappelle s’il a un doute. Il n’est montré à personne d’autre.",
        error_messages={"required": "Écrivez un numéro de mobile, par exemple 06 12 34 56 78."},
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel"}),
    )
    siret = siret_field()
    postal_code = postal_code_field()
    cabinet: "forms.ModelChoiceField[Cabinet]" = forms.ModelChoiceField(
        queryset=None,  # the service says which
        label="Cabinet de rattachement",
        empty_label="Choisissez votre cabinet",
        help_text="Un seul suffit, même si vous travaillez avec plusieurs cabinets.",
        error_messages={
            "required": "Choisissez le cabinet qui vous confie le plus de missions.",
            "invalid_choice": "Choisissez un cabinet de la liste.",
        },
    )
    password = forms.CharField(
        label="Mot de passe",
        strip=False,
        max_length=128,
        help_text=password_validators_help_text_html,
        error_messages={"required": "Choisissez un mot de passe d’au moins 12 caractères."},
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cabinets: Any = self.fields["cabinet"]
        cabinets.queryset = services.open_cabinets()
        self.helper = fields_only()

    def clean_company_name(self) -> str:
        """One line: the name stands in the subject of a mail."""
        return " ".join(str(self.cleaned_data["company_name"]).split())

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()

    def clean_mobile(self) -> str:
        return clean_mobile(self.cleaned_data["mobile"])

    def clean_siret(self) -> str:
        return clean_siret(self.cleaned_data["siret"])

    def clean(self) -> dict[str, Any]:
        """The password is compared with what else was typed."""
        typed = self.cleaned_data
        if "password" in typed:
            person = User(email=typed.get("email", ""), full_name=typed.get("company_name", ""))
            person.known_words = [typed.get("siret", "")]
            try:
                validate_password(typed["password"], person)
            except ValidationError as problem:
                self.add_error("password", problem)
        return typed


class PasswordResetForm(forms.Form):
    """The address to which a link may be sent; any well-written one is accepted."""

    email = forms.EmailField(
        label="Adresse e-mail",
        max_length=254,
        error_messages={
            "required": "Écrivez l’adresse e-mail de votre compte.",
            "invalid": "Écrivez une adresse complète, par exemple atelier@exemple.fr.",
        },
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = fields_only()


class NewPasswordForm(SetPasswordForm):  # type: ignore[type-arg]  # it takes none when it runs
    """A new password, typed twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.user is not None:  # a link that leads nowhere any more still draws its page
            self.user.known_words = services.own_words(self.user)
        self.helper = fields_only()

    def save(self, commit: bool = True) -> User:
        """Let the service set it, so that the journal knows."""
        user: User = self.user
        services.change_password(user, password=self.cleaned_data["new_password1"])
        return user
