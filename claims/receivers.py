"""Who listens: a job that is ordered rings the workers."""

from typing import Any

from django.db.models.signals import post_save
from django.dispatch import receiver

from accounts.doorbell import Doorbell
from claims import tasks
from claims.models import Job

doorbell = Doorbell(tasks.work_due)


@receiver(post_save, sender=Job, dispatch_uid="claims.ring")
def ring(**_more: Any) -> None:
    """A job is saved only to be ordered; everything later is an update."""
    doorbell.ring_after_commit()
