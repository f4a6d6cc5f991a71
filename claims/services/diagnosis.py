"""« Je ne vois pas mon dossier »: why, as far as it may be told.

Nothing is read but the asker's own sites and the establishments of their SIREN. A dossier of another SIREN, one that
is attached to nobody and one that does not exist are therefore one case: no row of theirs is looked at, so that
neither the answer, nor the statements, nor the time can tell them apart.
"""

from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef, Q

from accounts import scope
from accounts.models import CabinetEstablishment, Establishment
from accounts.models.organisations import SIREN_LENGTH
from accounts.scope import Actor, System
from claims.models import Dossier, MissingDossierRequest
from claims.models.plates import key_of, named

Finding = MissingDossierRequest.Finding
SHOWN = 5


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What the asker may read; `by_cabinet` says to each cabinet what concerns its own dossiers, to nobody else."""

    wanted: str
    finding: str
    dossiers: tuple[Dossier, ...] = ()
    cabinet_names: tuple[str, ...] = ()  # those the asker works with already
    by_cabinet: dict[int, str] = field(default_factory=dict)


def diagnose(wanted: str, *, actor: Actor) -> Diagnosis:
    """Look among what this person sees, then, by one narrow elevated look-up, among their own SIREN."""
    alike = named(key_of(wanted))
    seen = Dossier.objects.visible_to(actor).filter(alike).select_related("cabinet").order_by("-pk")[:SHOWN]
    if visible := tuple(seen):
        return Diagnosis(wanted, Finding.VISIBLE, dossiers=visible)
    found = _out_of_sight(alike, actor)
    siblings = {cabinet for cabinet, finding in found.items() if finding == Finding.SIBLING}
    if siblings:
        names = tuple(cabinet.name for cabinet in actor.cabinets if cabinet.pk in siblings)
        return Diagnosis(wanted, Finding.SIBLING, cabinet_names=names, by_cabinet=found)
    return Diagnosis(wanted, Finding.CLOSED if found else Finding.NOTHING, by_cabinet=found)


def _out_of_sight(alike: Q, actor: Actor) -> dict[int, str]:
    """Per cabinet, why a dossier of the asker's SIREN is out of sight; a suspension says no more than that."""
    company = Q(pk__in=actor.establishment_ids)
    for siren in sorted({site.siret[:SIREN_LENGTH] for site in actor.sites}):
        company |= Q(siret__startswith=siren)
    found: dict[int, str] = {}
    with scope.system(System.DIAGNOSIS):
        sites = list(Establishment.objects.filter(company).values_list("pk", flat=True))
        links = CabinetEstablishment.objects.filter(
            cabinet=OuterRef("cabinet"), establishment=OuterRef("establishment"), suspended_at__isnull=False
        )
        rows = Dossier.objects.filter(alike, establishment__in=sites).annotate(suspended=Exists(links))
        for cabinet, site, suspended in rows.values_list("cabinet", "establishment", "suspended"):
            closed = suspended or site in actor.establishment_ids
            if not closed or cabinet not in found:
                found[cabinet] = Finding.CLOSED if closed else Finding.SIBLING
    return found
