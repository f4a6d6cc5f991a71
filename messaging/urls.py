"""The addresses of what the portal tells people."""

from django.urls import path

from messaging.views import announcements, choices, news

urlpatterns = [
    path("notifications/", news.notifications, name="notifications"),
    path("notifications/lues/", news.notifications_read, name="notifications_read"),
    path("notifications/arret/<str:token>/", choices.stop_mails, name="stop_mails"),
    path("parametres/notifications/", choices.settings_notifications, name="settings_notifications"),
    path("nouveautes/", announcements.announcements, name="announcements"),
    path("nouveautes/lues/", announcements.announcements_read, name="announcements_read"),
]
