"""The cabinet's side of what is told."""

from messaging.admin import announcements, outbox

__all__ = ["announcements", "outbox"]
