"""What somebody is still typing: saved as typed, per person and establishment, until it is sent or thrown away."""

from django.db import transaction
from django.utils import timezone

from accounts.exceptions import NotAllowed
from accounts.scope import Actor
from tariffs.models import TariffDraft
from tariffs.services.grids import TypedGrid


def draft_of(site_id: int, *, actor: Actor) -> TariffDraft | None:
    return TariffDraft.objects.visible_to(actor).filter(site=site_id).first()


@transaction.atomic
def save_draft(site_id: int, grid: TypedGrid, *, actor: Actor, based_on: int | None = None) -> TariffDraft | None:
    """Keep what is typed. `based_on` is the revision the page began with: None when another page saved since."""
    draft, created = TariffDraft.objects.select_for_update().get_or_create(
        user_id=_writer(actor), site_id=site_id, defaults={"content": grid.to_json()}
    )
    if created:
        return draft
    if based_on is not None and draft.revision != based_on:
        return None
    draft.content, draft.revision, draft.saved_at = grid.to_json(), draft.revision + 1, timezone.now()
    draft.save(update_fields=["content", "revision", "saved_at"])
    return draft


def forget_draft(site_id: int, *, actor: Actor) -> None:
    TariffDraft.objects.filter(user_id=_writer(actor), site_id=site_id).delete()


def _writer(actor: Actor) -> int:
    if actor.user_id is None:
        raise NotAllowed("Connectez-vous pour saisir une grille.")
    return actor.user_id
