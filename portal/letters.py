"""What waits for staff, as their letters of the day say it: the same lines as the first page of the admin."""

from collections.abc import Iterable

from django.conf import settings

from accounts.scope import Actor, Kind
from messaging.services.sections import Waiting, contribute


def of_staff(actor: Actor) -> Iterable[Waiting]:
    """Written under the reader's own scope and menus."""
    from portal.admin_site import what_waits  # noqa: PLC0415 -- the site needs loaded models

    return [Waiting(item["label"], item["count"], f"{settings.BASE_URL}{item['url']}") for item in what_waits(actor)]


contribute(Kind.STAFF, of_staff)
