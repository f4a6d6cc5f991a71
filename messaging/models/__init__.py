"""What is told to people, and what they said to each other."""

from messaging.models.announcements import Announcement, AnnouncementQuerySet, AnnouncementReading
from messaging.models.branding import MailBranding
from messaging.models.choices import Channel, ChannelChoice, Digest
from messaging.models.news import News, NewsQuerySet
from messaging.models.outbox import Notification
from messaging.models.subjects import Subject
from messaging.models.threads import Message, MessageDocument, Thread, ThreadQuerySet, ThreadRead

__all__ = [
    "Announcement",
    "AnnouncementQuerySet",
    "AnnouncementReading",
    "Channel",
    "ChannelChoice",
    "Digest",
    "MailBranding",
    "Message",
    "MessageDocument",
    "News",
    "NewsQuerySet",
    "Notification",
    "Subject",
    "Thread",
    "ThreadQuerySet",
    "ThreadRead",
]
