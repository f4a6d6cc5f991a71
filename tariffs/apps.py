"""The tariffs' app."""

from django.apps import AppConfig


class TariffsConfig(AppConfig):
    name = "tariffs"
    verbose_name = "Tarifs"

    def ready(self) -> None:
        from tariffs import receivers  # noqa: F401, PLC0415 -- connecting receivers needs loaded apps
