"""The staff's admin site."""

from django.contrib import admin


class StaffAdminSite(admin.AdminSite):
    """The admin, signed in to through the portal's own page."""
