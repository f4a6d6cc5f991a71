"""Another app says what is expected about a dossier, and when it no longer is; this app knows nothing of why."""

from datetime import date

from accounts import scope
from accounts.scope import System
from claims.models import Awaited, Dossier, Expectation
from claims.services import expectations


def expect(dossier: Dossier, kind: Expectation.About, object_id: int, *, who: str, due_on: date | None) -> None:
    """From now on, this is expected of `who`; said again, it replaces what was said before."""
    row = Awaited(dossier=dossier, kind=kind, object_id=object_id, who=who, due_on=due_on)
    row.cabinet_id, row.establishment_id = dossier.cabinet_id, dossier.establishment_id
    with scope.system(System.FOLLOW_UP):
        Awaited.objects.bulk_create(
            [row],
            update_conflicts=True,
            unique_fields=["dossier", "kind", "object_id"],
            update_fields=["who", "due_on", "since"],
        )
    expectations.refresh([dossier.pk])


def settle(dossier: Dossier, kind: Expectation.About, object_id: int) -> None:
    """It is answered, or needed no longer."""
    with scope.system(System.FOLLOW_UP):
        gone, _ = Awaited.objects.filter(dossier=dossier, kind=kind, object_id=object_id).delete()
    if gone:
        expectations.refresh([dossier.pk])
