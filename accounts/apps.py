"""The lowest app: people and tenancy."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "Comptes et établissements"

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_in  # noqa: PLC0415 -- models must be loaded first

        from accounts.services.sessions import sign_in_noted  # noqa: PLC0415 -- models must be loaded first
        from accounts.typography import say_first  # noqa: PLC0415 -- beside the others

        say_first()
        user_logged_in.connect(sign_in_noted, dispatch_uid="accounts.sign_in_noted")
