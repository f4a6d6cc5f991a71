"""Readings of the running portal, each with the limit beyond which somebody should get up."""

import contextlib
import shutil
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import redis
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection
from django.db.models import Min
from django.utils import timezone

from accounts import scope
from accounts.scope import System
from claims.models import Document, Job
from messaging.models import Notification
from portal.backup import record
from portal.watch import canary


@dataclass(frozen=True)
class Reading:
    """`value` None: it could not be read, or never happened, which is not well."""

    slug: str
    label: str
    value: float | None
    limit: float
    unit: str = "s"

    @property
    def is_well(self) -> bool:
        return self.value is not None and self.value <= self.limit


MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0


def age(moment: datetime | None) -> float | None:
    return None if moment is None else max(0.0, (timezone.now() - moment).total_seconds())


def _oldest(moment: datetime | None) -> float:
    """Nothing that waits is nothing old."""
    return age(moment) or 0.0


def outbox() -> Reading:
    due = Notification.objects.filter(state=Notification.State.QUEUED, not_before__lte=timezone.now())
    oldest = due.aggregate(oldest=Min("not_before"))["oldest"]
    return Reading("courrier", "Plus ancien e-mail en attente", _oldest(oldest), 10 * MINUTE)


def jobs() -> Reading:
    waiting = Job.objects.filter(state=Job.State.DUE, due_at__lte=timezone.now())
    oldest = waiting.aggregate(oldest=Min("due_at"))["oldest"]
    return Reading("travaux", "Plus ancien travail en attente", _oldest(oldest), 15 * MINUTE)


def quarantine() -> Reading:
    pending = Document.objects.filter(safety=Document.Safety.PENDING)
    oldest = pending.aggregate(oldest=Min("published_at"))["oldest"]
    return Reading("quarantaine", "Plus ancien fichier en cours d’analyse", _oldest(oldest), HOUR)


def chain() -> Reading:
    """Clock, broker, worker and database together: a row that only a worker's finished work moves on."""
    return Reading("canari", "Dernier passage d’un travailleur", age(canary.last_seen()), 3 * MINUTE)


def clock() -> Reading:
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM clock_timestamp())")
        row = cursor.fetchone()
    return Reading("horloge", "Écart d’horloge avec la base", abs(time.time() - float(row[0])), 1.0)


def storage() -> Reading:
    began = time.monotonic()
    text = uuid.uuid4().bytes
    try:
        name = default_storage.save(f"sante/{uuid.uuid4().hex}", ContentFile(text))
        with default_storage.open(name) as file:
            same = file.read() == text
        default_storage.delete(name)
    except OSError:
        same = False
    return Reading("fichiers", "Écriture et relecture d’un fichier", time.monotonic() - began if same else None, 5.0)


def disk() -> Reading:
    place = next(path for path in (Path(settings.MEDIA_ROOT), *Path(settings.MEDIA_ROOT).parents) if path.exists())
    usage = shutil.disk_usage(place)
    return Reading("disque", "Disque des fichiers occupé", round(100 * usage.used / usage.total, 1), 90.0, "%")


def broker() -> Reading:
    began = time.monotonic()
    answered = False
    with (
        contextlib.suppress(redis.RedisError, OSError),
        redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=1) as client,
    ):
        answered = bool(client.ping())
    return Reading("courtier", "Réponse de Valkey", time.monotonic() - began if answered else None, 1.0)


def backup() -> Reading:
    return Reading("sauvegarde", "Dernière sauvegarde réussie", age(record.last(record.BACKUP)), 26 * HOUR)


def drill() -> Reading:
    return Reading("restauration", "Dernier essai de restauration réussi", age(record.last(record.DRILL)), 8 * DAY)


OF_DATABASE: tuple[Callable[[], Reading], ...] = (outbox, jobs, quarantine, chain, clock)
OF_MACHINE: tuple[Callable[[], Reading], ...] = (storage, disk, broker, backup, drill)


def take() -> list[Reading]:
    """All of them; without the database the first ones are unknown, and the others are told all the same."""
    try:
        with scope.system(System.WATCH):
            found = [read() for read in OF_DATABASE]
    except DatabaseError:
        found = [Reading("base", "Réponse de la base", None, 1.0)]
    return [*found, *(read() for read in OF_MACHINE)]


def counts() -> dict[str, int]:
    """How many mails and jobs stand in each state, and dossiers over the whole network."""
    day = timezone.now() - timedelta(days=1)
    with scope.system(System.WATCH):
        told = {
            f'portail_courrier{{etat="{state}"}}': Notification.objects.filter(state=state).count()
            for state in (Notification.State.QUEUED, Notification.State.HELD, Notification.State.FAILED)
        }
        told |= {
            f'portail_travaux{{etat="{state}"}}': Job.objects.filter(state=state).count()
            for state in (Job.State.DUE, Job.State.RUNNING, Job.State.FAILED)
        }
        sent = Notification.objects.filter(state=Notification.State.SENT, sent_at__gte=day)
        return told | {"portail_courrier_envoye_24h": sent.count()}
