"""Which pages are measured, and what each is measured against (the budgets of docs/mesures.md)."""

from dataclasses import dataclass

from django.db.models import Q

from accounts import scope
from claims.models import Document, Dossier
from claims.models.queries import PAGE_SIZE

SEARCHES = {"recherche nom": "lefevre", "recherche marque": "renault", "recherche absente": "zzzqqq"}


def pages_of(user_id: int) -> dict[str, str]:
    """What this person opens, by label; a plate and a dossier from the middle of theirs."""
    with scope.acting_as(user_id) as actor:
        mine = Dossier.objects.visible_to(actor).select_related("cabinet").order_by("pk")
        count = mine.count()
        one = mine.filter(~Q(plate=""))[count // 2]
        paper = Document.objects.visible_to(actor).filter(dossier=one).order_by("pk")[0]
        address = one.get_absolute_url()
        return {
            "liste": "/dossiers/?onglet=tous",  # without it the last tab is shown, by a redirection
            "onglet en cours": "/dossiers/?onglet=en-cours",
            "dernière page": f"/dossiers/?onglet=tous&page={(count - 1) // PAGE_SIZE + 1}",
            "tri par assuré": "/dossiers/?onglet=tous&tri=assure",
            "tri par chiffrage": "/dossiers/?onglet=tous&tri=-dernier_chiffrage",
            "recherche plaque": f"/dossiers/?onglet=tous&q={one.plate.replace('-', '')}",
            **{label: f"/dossiers/?onglet=tous&q={words}" for label, words in SEARCHES.items()},
            "dossier": address,
            "documents": f"{address}documents/",
            "téléchargement": paper.get_absolute_url(),
            "page simple": "/deconnexion/",
        }


# A plate is what a clerk looks for; one dossier in seven is a Renault.
ONE_PLATE = "A9-000-C5"
STAFF_PAGES = {
    "liste du cabinet": "/admin/claims/dossier/",
    "plaque, cabinet": f"/admin/claims/dossier/?q={ONE_PLATE}",
    "marque, cabinet": "/admin/claims/dossier/?q=renault",
}
SIMPLE_PAGES = {
    "liste simple": "/simple/claims/dossier/",
    "plaque, simple": f"/simple/claims/dossier/?q={ONE_PLATE}",
    "marque, simple": "/simple/claims/dossier/?q=renault",
}


@dataclass(frozen=True, slots=True)
class Budget:
    """A figure, its goal and the floor below (or above) which it is a defect."""

    label: str
    value: float
    goal: float
    floor: float
    more_is_better: bool = True
    unit: str = ""

    @property
    def verdict(self) -> str:
        reached = [
            self.value >= mark if self.more_is_better else self.value <= mark for mark in (self.goal, self.floor)
        ]
        return "tenu" if reached[0] else "à améliorer" if reached[1] else "défaut"
