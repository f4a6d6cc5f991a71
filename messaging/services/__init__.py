"""The outbox: queued with the fact it tells, sent when the fact is certain."""

from messaging.services.outbox import Report, send_due, tell, wake_waiting

__all__ = ["Report", "send_due", "tell", "wake_waiting"]
