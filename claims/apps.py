"""The dossiers' app."""

from django.apps import AppConfig


class ClaimsConfig(AppConfig):
    name = "claims"
    verbose_name = "Dossiers"

    def ready(self) -> None:
        from accounts.services import contribute  # noqa: PLC0415 -- models must be loaded first
        from claims import receivers  # noqa: F401, PLC0415 -- connecting receivers needs loaded apps
        from claims.services import date_drafts  # noqa: PLC0415 -- models must be loaded first
        from claims.services.mydata import sent_by  # noqa: PLC0415 -- models must be loaded first

        contribute("documents_envoyes", sent_by)
        date_drafts.register()
