"""The cabinet's side of what is told, and of what is said."""

from messaging.admin import announcements, outbox, subjects, threads

__all__ = ["announcements", "outbox", "subjects", "threads"]
