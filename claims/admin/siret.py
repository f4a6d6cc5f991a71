"""Which establishment a mistyped SIRET was meant for."""

from accounts.models import CabinetEstablishment
from accounts.scope import Actor
from accounts.validators import display_siret
from claims.models import Dossier

SIREN_LENGTH = 9
AT_MOST = 5


def one_slip_apart(left: str, right: str) -> bool:
    """Whether one digit wrong, missing, too many, or two neighbours swapped turn one into the other."""
    if left == right or abs(len(left) - len(right)) > 1:
        return False
    start = next((i for i, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), min(len(left), len(right)))
    rest, other = left[start:], right[start:]
    swapped = rest[:2] == other[:2][::-1] and rest[2:] == other[2:]
    return rest[1:] == other[1:] or rest[1:] == other or rest == other[1:] or swapped


def likely_links(dossier: Dossier, actor: Actor) -> list[CabinetEstablishment]:
    """The cabinet's shops whose SIRET differs by one slip, then those of the same SIREN; at most five."""
    typed = "".join(filter(str.isdigit, dossier.siret))
    known = CabinetEstablishment.objects.visible_to(actor).filter(cabinet=dossier.cabinet_id)
    sirets = known.values_list("pk", "establishment__siret")
    slips = {pk for pk, siret in sirets if one_slip_apart(typed, siret)}
    company = typed[:SIREN_LENGTH]
    siblings = {pk for pk, siret in sirets if len(company) == SIREN_LENGTH and siret.startswith(company)}
    found = known.filter(pk__in=slips | siblings).select_related("establishment")
    return sorted(found, key=lambda link: (link.pk not in slips, link.establishment.siret))[:AT_MOST]


def label_of(link: CabinetEstablishment) -> str:
    shop = link.establishment
    return f"{display_siret(shop.siret)} – {shop.name or 'sans nom'} {shop.city}".strip()
