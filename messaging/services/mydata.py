"""What threads keep of a person, for the file of their own data."""

from typing import Any

from accounts.models import User
from accounts.scope import Actor
from messaging.models import Message


def written_by(actor: Actor, user: User) -> list[dict[str, Any]]:
    """The messages this person wrote, of dossiers they may still see."""
    mine = Message.objects.visible_to(actor).filter(author=user).select_related("dossier", "thread").order_by("pk")
    return [
        {
            "ecrit_le": message.created_at,
            "dossier": message.dossier.reference,
            "objet": message.thread.title,
            "message": message.body,
            "adresse": message.thread.get_absolute_url(),
        }
        for message in mine
    ]
