"""The cabinet's side of what is told."""

from messaging.admin import outbox

__all__ = ["outbox"]
