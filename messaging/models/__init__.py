"""What is told to people, and what they said to each other."""

from messaging.models.announcements import Announcement, AnnouncementQuerySet, AnnouncementReading
from messaging.models.choices import Channel, ChannelChoice, Digest
from messaging.models.news import News, NewsQuerySet
from messaging.models.outbox import Notification

__all__ = [
    "Announcement",
    "AnnouncementQuerySet",
    "AnnouncementReading",
    "Channel",
    "ChannelChoice",
    "Digest",
    "News",
    "NewsQuerySet",
    "Notification",
]
