"""Loads the whole demonstration in one transaction: all of it, or nothing."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from django.db import connection
from django.utils import timezone

from accounts import scope
from accounts.models import Cabinet, JournalEntry
from accounts.scope import System
from claims.models import (
    Acknowledgement,
    Appointment,
    CallBack,
    Contact,
    Document,
    DocumentRequest,
    Dossier,
    DossierFacts,
    DossierVisit,
    Memo,
    Passage,
    Supplement,
    Upload,
    VisitPolicy,
)
from claims.services import expectations
from messaging.models import Announcement, MailBranding
from messaging.services import news
from portal.demo import accounts, brands, daily, dates, dossiers, followup, network, papers, rates, talks
from portal.demo.announcements import announcements
from portal.demo.contacts import contacts
from portal.demo.dossiers import Claim
from portal.demo.files import Archive, writing
from portal.demo.papers import Bases
from portal.demo.people import Login
from portal.demo.photos import Studio
from portal.demo.readings import acknowledgements
from portal.demo.traces import journal, visits

SIZE, SEED = 2000, 74
BATCH = 1000
PROVISIONAL = 25  # one open dossier in so many had another plate at first
NEWS_OF = timedelta(days=21)  # what the notification centre begins with
LOCK = 7_400_074  # of our own choosing: two loadings at once take turns
Progress = Callable[[int], object]


class NotEmptyError(Exception):
    """There are cabinets already: a demonstration never mixes with them."""


@dataclass(slots=True)
class Loaded:
    """What came of it; `warning` is empty or a sentence."""

    logins: list[Login] = field(default_factory=list)
    dossiers: int = 0
    documents: int = 0
    bytes: int = 0
    warning: str = ""


def load(size: int = SIZE, seed: int = SEED, progress: Progress = lambda _: None) -> Loaded:
    """Load the network and `size` dossiers; `progress` is called with the number of dossiers just done.

    The same seed gives the same rows on the same day, but for passwords and keys. Raises `NotEmptyError`.
    """
    rng = Random(seed)  # noqa: S311 -- a drawing, not a secret
    today = timezone.localdate()
    with scope.system(System.DEMO):
        _take_turn()
        if Cabinet.objects.exists():
            raise NotEmptyError
        with writing():
            loaded = _load(rng, size, seed, today, progress)
    return loaded


def _load(rng: Random, size: int, seed: int, today: date, progress: Progress) -> Loaded:
    midnight = datetime.combine(today, datetime.min.time(), timezone.get_default_timezone())
    built = network.Builder(rng, midnight).build()
    claims = list(dossiers.claims(rng, built, size, today))
    agreed = dates.dates(Random(seed + 1), claims, today)  # noqa: S311 -- a drawing, not a secret
    Dossier.objects.bulk_create((claim.dossier for claim in claims), BATCH)
    _load_dates(agreed, built, Random(seed + 2), today)  # noqa: S311 -- a drawing, not a secret
    loaded = Loaded(built.logins, dossiers=len(claims))
    archive = Archive(_bases(loaded), Random(seed))  # noqa: S311 -- a drawing, not a secret
    for first in range(0, size, 100):
        hundred = claims[first : first + 100]
        _load_documents(archive, hundred, loaded)
        progress(len(hundred))
    aside = Random(seed + 1)  # noqa: S311 -- a drawing of its own, which moves no other
    DocumentRequest.objects.bulk_create(followup.requests(aside, claims), BATCH)
    Supplement.objects.bulk_create(followup.supplements(aside, claims, built.logins), BATCH)
    DossierFacts.objects.bulk_create(followup.facts(aside, claims), BATCH)
    _load_day(Random(seed + 4), claims, loaded, archive.studio)  # noqa: S311 -- a drawing of its own
    followup.change_plates([claim.dossier for claim in claims if claim.dossier.is_open][::PROVISIONAL])
    talks.load(Random(seed + 3), claims, built.logins, today)  # noqa: S311 -- a drawing, not a secret
    expectations.reconcile()
    DossierVisit.objects.bulk_create(visits(rng, built.logins, claims), BATCH)
    Contact.objects.bulk_create(contacts(Cabinet.objects.order_by("pk")))
    accounts.accounts(built, timezone.now(), today)
    rates.rates(Random(seed + 3), today, timezone.now())  # noqa: S311 -- a drawing, not a secret
    Announcement.objects.bulk_create(announcements(Cabinet.objects.order_by("pk"), midnight))
    news.show(list(JournalEntry.objects.filter(at__gte=midnight - NEWS_OF).values_list("pk", flat=True)))
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # fail while the files can still be taken away
    return loaded


def _load_day(rng: Random, claims: list[Claim], loaded: Loaded, studio: Studio) -> None:
    """After the facts: what goes on today stands beside them."""
    shops = daily.shops(claims, loaded.logins)
    CallBack.objects.bulk_create(daily.calls(rng, shops))
    Memo.objects.bulk_create(daily.memos(rng, shops))
    Upload.objects.bulk_create(daily.photos(rng, studio, shops))
    daily.incidents(shops)


def _load_dates(rows: list[Appointment], built: network.Network, rng: Random, today: date) -> None:
    Appointment.objects.bulk_create(rows, BATCH)
    JournalEntry.objects.bulk_create(dates.history(rows), BATCH)
    Passage.objects.bulk_create(dates.passages(rng, built, today))
    VisitPolicy.objects.bulk_create(dates.policies(built))
    MailBranding.objects.bulk_create(brands.brandings(built))


def _take_turn() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def is_empty() -> bool:
    with scope.system(System.DEMO):
        return not Cabinet.objects.exists()


def _bases(loaded: Loaded) -> Bases:
    try:
        return papers.lay_out()
    except (OSError, ImportError):
        loaded.warning = (
            "La bibliothèque Pango est absente : le réseau est chargé avec ses photos, sans ses documents PDF "
            "(sous Debian : apt install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0)."
        )
        return {}


def _load_documents(archive: Archive, claims: list[Claim], loaded: Loaded) -> None:
    documents: list[Document] = []
    entries: list[JournalEntry] = []
    read: list[Acknowledgement] = []
    for claim in claims:
        made = archive.documents(claim)
        read += acknowledgements(loaded.logins, claim, made)
        documents += made
        entries += journal(claim, made)
    Document.objects.bulk_create(documents)
    Acknowledgement.objects.bulk_create(read)
    JournalEntry.objects.bulk_create(entries)
    loaded.documents += len(documents)
    loaded.bytes += sum(document.size for document in documents)
