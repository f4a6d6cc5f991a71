"""Who listens: a version that is sent wakes the worker that prints it."""

from typing import Any

from django.db.models.signals import post_save
from django.dispatch import receiver

from accounts.doorbell import Doorbell
from accounts.services.merging import moved_by, never_both
from tariffs import tasks
from tariffs.models import TariffDraft, TariffRate, TariffVersion

doorbell = Doorbell(tasks.see_to_tariffs)
moved_by("merge_tariffs", TariffVersion, TariffRate)
never_both(
    TariffVersion,
    "Les deux établissements ont envoyé des grilles tarifaires, dont les numéros se confondraient : une version "
    "envoyée ne change jamais. Gardez les deux, et suspendez celui qui ne sert plus.",
)
never_both(
    TariffDraft,
    "Une même personne saisit une grille pour chacun des deux établissements : qu’elle envoie ou abandonne l’une.",
)


@receiver(post_save, sender=TariffVersion, dispatch_uid="tariffs.ring")
def ring(**_more: Any) -> None:
    doorbell.ring_after_commit()
