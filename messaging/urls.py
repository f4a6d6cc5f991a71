"""The addresses of what the portal tells people, and of what they say to each other."""

from django.urls import path

from claims import converters  # noqa: F401 -- registers `reference`
from messaging.views import announcements, choices, drafts, inbox, news, threads

DOSSIER = "dossiers/<str:cabinet>/<reference:reference>/messages/"

urlpatterns = [
    path("notifications/", news.notifications, name="notifications"),
    path("notifications/lues/", news.notifications_read, name="notifications_read"),
    path("messages/", inbox.messages, name="messages"),
    path("messages/<uuid:public_id>/", threads.thread, name="thread"),
    path(DOSSIER, inbox.dossier_messages, name="dossier_messages"),
    path(f"{DOSSIER}nouveau/", threads.message_new, name="message_new"),
    path(f"{DOSSIER}nouveau/<slug:slug>/", threads.message_write, name="message_write"),
    path("a-valider/<int:pk>/message/", drafts.message_draft, name="message_draft"),
    path("notifications/arret/<str:token>/", choices.stop_mails, name="stop_mails"),
    path("parametres/notifications/", choices.settings_notifications, name="settings_notifications"),
    path("nouveautes/", announcements.announcements, name="announcements"),
    path("nouveautes/lues/", announcements.announcements_read, name="announcements_read"),
]
