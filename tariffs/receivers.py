"""Who listens: a version that is sent wakes the worker that prints it."""

from typing import Any

from django.db.models.signals import post_save
from django.dispatch import receiver

from accounts.doorbell import Doorbell
from tariffs import tasks
from tariffs.models import TariffVersion

doorbell = Doorbell(tasks.see_to_tariffs)


@receiver(post_save, sender=TariffVersion, dispatch_uid="tariffs.ring")
def ring(**_more: Any) -> None:
    doorbell.ring_after_commit()
