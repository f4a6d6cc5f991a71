"""The addresses of what the portal tells people."""

from django.urls import path

from messaging.views import news

urlpatterns = [
    path("notifications/", news.notifications, name="notifications"),
    path("notifications/lues/", news.notifications_read, name="notifications_read"),
]
