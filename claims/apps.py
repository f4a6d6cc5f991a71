"""The dossiers' app."""

from django.apps import AppConfig


class ClaimsConfig(AppConfig):
    name = "claims"
    verbose_name = "Dossiers"

    def ready(self) -> None:
        from claims.services import date_drafts  # noqa: PLC0415 -- models are there from now on

        date_drafts.register()
