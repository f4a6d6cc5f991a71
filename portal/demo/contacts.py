"""Whom the invented shops call at the invented cabinets."""

from collections.abc import Iterable, Iterator

from accounts.models import Cabinet
from claims.models import Contact
from claims.models.contacts import Topic

# Topic, who, end of the number, mailbox, hours, code of the insurer
PEOPLE: tuple[tuple[Topic, str, str, str, str, str], ...] = (
    (Topic.GENERAL, "Standard", "20", "accueil", "8 h 30 – 18 h, lundi à vendredi", ""),
    (Topic.APPOINTMENT, "Planification des visites", "21", "rendez-vous", "8 h 30 – 12 h, lundi à vendredi", ""),
    (Topic.DOCUMENTS, "Gestion des dossiers", "22", "dossiers", "9 h – 17 h, lundi à vendredi", ""),
    (Topic.SUPPLEMENT, "Cellule technique", "23", "technique", "14 h – 17 h 30, lundi à jeudi", ""),
    (Topic.INVOICE, "Comptabilité", "24", "factures", "9 h – 12 h, mardi et jeudi", ""),
    (Topic.VE, "Référent procédures VE", "25", "procedures-ve", "", ""),
    (Topic.COVERAGE, "Prises en charge, compagnie 955", "26", "prises-en-charge", "9 h – 12 h", "955"),
)


def contacts(cabinets: Iterable[Cabinet]) -> Iterator[Contact]:
    """A directory each, at numbers of the cabinet's own range."""
    for cabinet in cabinets:
        for place, (topic, role, end, box, hours, insurer) in enumerate(PEOPLE):
            yield Contact(
                cabinet=cabinet,
                topic=topic,
                role=role,
                phone=f"{cabinet.phone[:-2]}{end}",
                email=f"{box}@{cabinet.code.lower()}.exemple.test",
                hours=hours,
                insurer_code=insurer,
                position=place,
            )
