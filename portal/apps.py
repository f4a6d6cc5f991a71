"""The top of the house, and the staff's admin site."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class PortalConfig(AppConfig):
    name = "portal"
    verbose_name = "Portail"

    def ready(self) -> None:
        from portal import checks, letters, logs  # noqa: F401, PLC0415 -- registering them needs loaded settings


class StaffAdminConfig(AdminConfig):
    default_site = "portal.admin_site.StaffAdminSite"
