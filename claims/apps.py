"""The dossiers' app."""

from django.apps import AppConfig


class ClaimsConfig(AppConfig):
    name = "claims"
    verbose_name = "Dossiers"

    def ready(self) -> None:
        from claims import receivers  # noqa: F401, PLC0415 -- connecting receivers needs loaded apps
