"""An outbox to fill, and a mail server to empty it into."""

from collections.abc import Iterator

import pytest

from accounts import journal, scope
from accounts.models import User
from accounts.scope import System
from accounts.services import Event
from messaging.models import Notification
from tests.factories import UserFactory
from tests.messaging.relay import Relay


@pytest.fixture
def relay(settings: object) -> Iterator[Relay]:
    with Relay() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", server.port, 2
        yield server
        server.shutdown()


def queue(user: User | None = None, event: Event = Event.ACCOUNT_EXISTS) -> Notification:
    """One queued mail, as the journal would have it written."""
    with scope.system(System.TESTS) as actor:
        user = user or UserFactory()
        journal.record(user, event, actor=actor)
        return Notification.objects.get(recipient=user, event=event)


def again(row: Notification) -> Notification:
    with scope.system(System.TESTS):
        return Notification.objects.get(pk=row.pk)


def make_due() -> None:
    """As if the waits and leases were over."""
    with scope.system(System.TESTS):
        Notification.objects.filter(state="queued").update(not_before="2020-01-01T00:00Z", leased_until=None)
