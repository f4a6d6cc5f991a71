"""What may be typed on the pages of one's own account."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import password_validators_help_text_html, validate_password
from django.core.exceptions import ValidationError

from accounts import services
from accounts.forms.doors import fields_only
from accounts.limits import PASSWORD_CHECKS
from accounts.models import User
from accounts.validators import clean_mobile


class _OwnForm(forms.Form):
    """A form about the person who fills it in."""

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.helper = fields_only()


class MobileForm(_OwnForm):
    """A French mobile number."""

    mobile = forms.CharField(
        label="Téléphone mobile",
        max_length=30,
        help_text="Par exemple 06 12 34 56 78.",
        error_messages={"required": "Écrivez un numéro de mobile, par exemple 06 12 34 56 78."},
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel"}),
    )

    def clean_mobile(self) -> str:
        return clean_mobile(self.cleaned_data["mobile"])


class _WithPassword(_OwnForm):
    """Asks the current password: a screen left open is not its owner."""

    current = forms.CharField(
        label="Mot de passe actuel",
        strip=False,
        max_length=128,
        error_messages={"required": "Écrivez votre mot de passe actuel."},
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def clean_current(self) -> str:
        typed = str(self.cleaned_data["current"])
        if not PASSWORD_CHECKS.take(str(self.user.pk)):
            raise ValidationError("Trop d’essais : attendez quinze minutes.", code="too_many")
        if not self.user.check_password(typed):
            raise ValidationError("Ce n’est pas votre mot de passe actuel : vérifiez-le.", code="wrong")
        PASSWORD_CHECKS.give_back(str(self.user.pk))
        return typed


class PasswordForm(_WithPassword):
    """The current password, then the new one."""

    password = forms.CharField(
        label="Nouveau mot de passe",
        strip=False,
        max_length=128,
        help_text=password_validators_help_text_html,
        error_messages={"required": "Choisissez un mot de passe d’au moins 12 caractères."},
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_password(self) -> str:
        typed = str(self.cleaned_data["password"])
        self.user.known_words = services.own_words(self.user)
        validate_password(typed, self.user)
        return typed


class EmailForm(_WithPassword):
    """The new login address; whether it is somebody's already is not told here."""

    email = forms.EmailField(
        label="Nouvelle adresse e-mail",
        max_length=254,
        help_text="Un lien y est envoyé : l’adresse change quand vous l’ouvrez.",
        error_messages={
            "required": "Écrivez la nouvelle adresse.",
            "invalid": "Écrivez une adresse complète, par exemple atelier@exemple.fr.",
        },
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    field_order = ("email", "current")

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"]).lower()
        if email == self.user.email:
            raise ValidationError("C’est déjà votre adresse.", code="same")
        return email
