"""The tariffs' app."""

from django.apps import AppConfig


class TariffsConfig(AppConfig):
    name = "tariffs"
    verbose_name = "Tarifs"

    def ready(self) -> None:
        from tariffs import services  # noqa: F401, PLC0415 -- registering what a validated draft does needs loaded apps
