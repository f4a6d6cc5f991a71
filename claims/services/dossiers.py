"""A dossier's moves."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from accounts import journal
from accounts.exceptions import NotAllowed
from accounts.menus import Menu
from accounts.models import CabinetEstablishment, Establishment, JournalEntry
from accounts.planned import planned
from accounts.scope import Actor
from claims.models import Dossier, DossierVisit
from claims.workflow import Action, menu_of


def locked(dossier: Dossier) -> Dossier:
    """The row as it stands now, held until the end of the transaction."""
    return Dossier.objects.select_for_update(of=("self",)).select_related("cabinet").get(pk=dossier.pk)


@transaction.atomic
def advance(dossier: Dossier, action: Action, *, actor: Actor, **detail: Any) -> Dossier:
    """Do `action` along the table and write it down; two people at once make one move, the other is refused."""
    actor.require(menu_of(action))
    dossier = locked(dossier)
    before = dossier.state
    dossier.advance(action, actor)
    journal.record(dossier, action, actor=actor, **{"from": before, "to": dossier.state, **detail})
    return dossier


@transaction.atomic
def correct_siret(dossier: Dossier, link: CabinetEstablishment, *, actor: Actor) -> Dossier:
    """Attach a dossier to the establishment it was meant for; its documents follow, its people see it at once."""
    actor.require(Menu.ACT)
    dossier = locked(dossier)
    dossier.allow(Action.CORRECT_SIRET, actor)
    if _would_lose(dossier, link, actor):
        raise NotAllowed("Ce réparateur ne vous est pas confié : demandez le rattachement à votre responsable.")
    if link.cabinet_id != dossier.cabinet_id:
        raise NotAllowed("Ce réparateur n’est pas parmi ceux du cabinet du dossier.")
    wrong = dossier.siret
    dossier.establishment = link.establishment
    dossier.siret = link.establishment.siret
    dossier.save(update_fields=["establishment", "siret"])
    journal.record(dossier, Action.CORRECT_SIRET, actor=actor, received=wrong, siret=dossier.siret)
    return dossier


def follow_merger(establishment: Establishment, *, former: str, actor: Actor) -> None:
    """Two establishments became one: of each dossier received under the former SIRET, write down that it is another's.

    It is what keeps a later file with that SIRET from taking the dossier away again. One entry each, and nobody is
    told: for the people of the shop nothing happened to any of them.
    """
    received = Dossier.objects.filter(establishment=establishment, siret=former)
    told = {"received": former, "siret": establishment.siret}
    entries = [
        journal.entry_of(dossier, Action.CORRECT_SIRET, actor=actor, **told)
        for dossier in received.order_by("pk").iterator()
    ]
    JournalEntry.objects.bulk_create(entries, batch_size=1_000)
    received.update(siret=establishment.siret)


def _would_lose(dossier: Dossier, link: CabinetEstablishment, actor: Actor) -> bool:
    """Whether whoever sees a part of the cabinet would move the dossier out of it; the database refuses that too."""
    part = actor.entrusted
    if part is None or dossier.expert_id == part.member:
        return False
    return link.establishment_id not in part.establishments and dossier.pk not in part.dossiers


def note_visit(dossier: Dossier, *, user_id: int) -> None:
    """Remember that a user opened the dossier now: what came before is no longer NEW to that user."""
    note_visits([dossier.pk], user_id=user_id)


def note_visits(dossier_ids: Iterable[int], *, user_id: int) -> None:
    """The same of several, as if each had been opened."""
    with planned():
        DossierVisit.objects.bulk_create(
            [DossierVisit(user_id=user_id, dossier_id=pk) for pk in dossier_ids],
            update_conflicts=True,
            update_fields=["opened_at"],
            unique_fields=["user", "dossier"],
        )
