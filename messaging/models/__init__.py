"""What is told to people, and what they said to each other."""

from messaging.models.news import News, NewsQuerySet
from messaging.models.outbox import Notification

__all__ = ["News", "NewsQuerySet", "Notification"]
