"""The cabinet's side of what is told, and of what is said."""

from messaging.admin import outbox, subjects, threads

__all__ = ["outbox", "subjects", "threads"]
