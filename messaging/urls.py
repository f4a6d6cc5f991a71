"""The addresses of what the portal tells people."""

from django.urls import path

from messaging import views

urlpatterns = [
    path("notifications/", views.notifications, name="notifications"),
    path("notifications/lues/", views.notifications_read, name="notifications_read"),
]
