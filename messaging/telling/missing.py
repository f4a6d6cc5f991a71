"""Mails about « je ne vois pas mon dossier »."""

from typing import Any

from django.db.models import QuerySet

from accounts.models import User
from accounts.validators import display_siret
from claims.models import MissingDossierRequest
from messaging.links import address
from messaging.telling import persons


def asker(request: MissingDossierRequest) -> QuerySet[User]:
    """Whoever asked, while they still belong to the shop and the cabinet has not closed it."""
    if persons.closed(request.cabinet_id, request.establishment_id):
        return User.objects.none()
    return persons.still_of(request.author_id, request.establishment_id)


def answered(request: MissingDossierRequest) -> str:
    return "" if request.is_open else "la demande est déjà traitée"


def asked(request: MissingDossierRequest, _user: User) -> dict[str, Any]:
    """Neither plate nor number: a mail names no insured person's car."""
    shop = request.establishment
    return {
        "cabinet": request.cabinet,
        "shop": shop.name or "Un réparateur",
        "siret": display_siret(shop.siret),
        "link": address("admin:claims_missingdossierrequest_change", request.pk),
    }


def found(request: MissingDossierRequest, _user: User) -> dict[str, Any]:
    return {"cabinet": request.cabinet, "link": address("missing_dossier")}
