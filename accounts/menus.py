"""What the people of a cabinet may open and do, menu by menu (ASP-13…25), and what each role begins with.

Every admin page names the menu that opens it, every act beside it the one that allows it; a service asks the actor
again (`actor.require(Menu.…)`), and `tests/test_staff_rights.py` walks all of it.
"""

from enum import StrEnum


class Menu(StrEnum):
    """A right of a cabinet's staff; whoever answers for the cabinet holds them all."""

    DOSSIERS = "dossiers"
    ACT = "act"
    PUBLISH = "publish"
    QUALIFY = "qualify"
    DATES = "dates"
    SUPPLEMENTS = "supplements"
    MESSAGES = "messages"
    ANSWER = "answer"  # without it, what they answer waits for an expert (ASP-24)
    REQUESTS = "requests"
    SHOPS = "shops"
    TARIFFS = "tariffs"
    STATISTICS = "statistics"
    STAFF = "staff"
    SETTINGS = "settings"


MENU_LABELS: dict[Menu, str] = {
    Menu.DOSSIERS: "Dossiers : consulter",
    Menu.ACT: "Dossiers : agir (faire avancer, rattacher)",
    Menu.PUBLISH: "Documents : publier",
    Menu.QUALIFY: "Documents : qualifier ce qui est reçu",
    Menu.DATES: "Dates et rendez-vous",
    Menu.SUPPLEMENTS: "Compléments",
    Menu.MESSAGES: "Messages",
    Menu.ANSWER: "Messages : répondre sans validation d’un expert",
    Menu.REQUESTS: "Demandes des réparateurs (comptes, dossiers introuvables)",
    Menu.SHOPS: "Réparateurs du cabinet (suspendre)",
    Menu.TARIFFS: "Tarifs",
    Menu.STATISTICS: "Statistiques et journal",
    Menu.STAFF: "Personnel",
    Menu.SETTINGS: "Paramètres du cabinet",
}
ALL_MENUS = frozenset(Menu)
# Where a role begins; the cabinet's responsable widens or narrows it for each person.
DEFAULT_MENUS: dict[str, frozenset[Menu]] = {
    "responsable": ALL_MENUS,
    "expert": ALL_MENUS - {Menu.STAFF, Menu.SETTINGS},
    "gestionnaire": ALL_MENUS - {Menu.STAFF, Menu.SETTINGS, Menu.ANSWER},
}


def menus_of(role: str, chosen: list[str] | None) -> frozenset[Menu]:
    """What somebody holds; names of a later release, or of an earlier one, are left out rather than guessed."""
    if role == "responsable" or chosen is None:
        return DEFAULT_MENUS.get(role, frozenset())
    return frozenset(Menu(name) for name in chosen if name in ALL_MENUS)
