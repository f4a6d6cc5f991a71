"""The cabinet's side of what is told, and of what is said."""

from messaging.admin import announcements, branding, outbox, subjects, threads

__all__ = ["announcements", "branding", "outbox", "subjects", "threads"]
