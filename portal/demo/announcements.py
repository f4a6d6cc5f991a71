"""What the network and the cabinets announced lately."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from accounts.models import Cabinet
from messaging.models import Announcement

TO_ALL, TO_SHOPS = Announcement.Audience.ALL, Announcement.Audience.SHOPS
OF_NETWORK = (
    (
        TO_ALL,
        9,
        "Choisissez comment être informé",
        (
            "Par type de document : le portail seul, un e-mail aussitôt, ou un résumé le matin.\n\n"
            "Vos choix se font dans « Paramètres », « Notifications », et s’appliquent à tous vos dossiers."
        ),
    ),
    (
        TO_SHOPS,
        2,
        "Vos envois sont vérifiés avant de partir",
        "Le portail lit chaque fichier et vous dit tout de suite s’il est illisible, protégé ou d’un autre dossier.",
    ),
)


def announcements(cabinets: Iterable[Cabinet], now: datetime) -> Iterator[Announcement]:
    for audience, days, title, text in OF_NETWORK:
        yield Announcement(audience=audience, title=title, text=text, published_from=now - timedelta(days=days))
    first = next(iter(cabinets))
    yield Announcement(
        cabinet=first,
        audience=TO_SHOPS,
        title="Fermeture de fin d’année",
        text="Le cabinet est fermé du 24 décembre à midi au 2 janvier. Les dossiers urgents restent suivis.",
        published_from=now - timedelta(days=1),
    )
