"""The app that tells people."""

from django.apps import AppConfig


class MessagingConfig(AppConfig):
    name = "messaging"
    verbose_name = "Messages et notifications"

    def ready(self) -> None:
        from accounts.services import contribute  # noqa: PLC0415 -- models must be loaded first
        from messaging import receivers  # noqa: F401, PLC0415 -- connecting receivers needs loaded apps
        from messaging.services import threads  # noqa: PLC0415 -- models must be loaded first
        from messaging.services.mydata import written_by  # noqa: PLC0415 -- models must be loaded first

        contribute("messages_ecrits", written_by)
        threads.register()
