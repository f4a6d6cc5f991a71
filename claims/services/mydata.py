"""What dossiers keep of a person, for the file of their own data."""

from typing import Any

from accounts.models import User
from accounts.scope import Actor
from claims.models import Document


def sent_by(actor: Actor, user: User) -> list[dict[str, Any]]:
    """The documents this person sent, of dossiers they may still see; the file of each stands at its address."""
    mine = Document.objects.visible_to(actor).sent().filter(sender=user).select_related("dossier").order_by("pk")
    return [
        {
            "envoye_le": document.published_at,
            "dossier": document.dossier.reference,
            "type": document.get_kind_display(),
            "nom": document.label,
            "octets": document.size,
            "sha256": document.sha256,
            "adresse": document.get_absolute_url(),
        }
        for document in mine
    ]
