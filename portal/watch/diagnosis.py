"""What is configured, reachable, wrong: a line each, for `manage.py diagnostic`."""

import ctypes
import io
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

import redis
from django.conf import settings
from django.core import checks
from django.core.mail import get_connection
from django.db import DatabaseError, connection
from django.utils import timezone

from claims.services import antivirus
from portal.backup import BackupError, copying, programs, record
from portal.retention import plan
from portal.retention.forgetting import ledger
from portal.retention.ledger import LedgerError
from portal.views import is_up_to_date
from portal.watch import readings


class State(StrEnum):
    GOOD = "bon"
    OFF = "absent"  # not configured, which may be meant
    WRONG = "faux"


@dataclass(frozen=True)
class Line:
    subject: str
    state: State
    said: str


def good(subject: str, said: str) -> Line:
    return Line(subject, State.GOOD, said)


def wrong(subject: str, said: str) -> Line:
    return Line(subject, State.WRONG, said)


def off(subject: str, said: str) -> Line:
    return Line(subject, State.OFF, said)


def settings_lines() -> Iterator[Line]:
    yield good("adresse", settings.BASE_URL)
    yield good("données", str(settings.DATA_DIR))
    if settings.DEMO:
        yield off("mode", "démonstration : le personnel se connecte sans second facteur")
    if settings.DEBUG:
        yield wrong("mode", "DEBUG est actif : les erreurs montrent le code et ses valeurs")
    found = checks.run_checks(include_deployment_checks=not settings.DEMO, databases=["default"])
    for message in found:
        if message.level >= checks.WARNING:
            yield wrong(f"vérification {message.id}", str(message.msg).splitlines()[0])
    if not found:
        yield good("vérifications", "toutes bonnes (« manage.py check --deploy »)")


def database() -> Iterator[Line]:
    began = time.monotonic()
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT current_user, current_setting('server_version'), pg_database_size(current_database())"
            )
            user, version, size = cursor.fetchone()
    except DatabaseError as problem:
        yield wrong("base", f"ne répond pas : {type(problem).__name__} (DATABASE_URL)")
        return
    took = (time.monotonic() - began) * 1000
    yield good("base", f"PostgreSQL {version}, rôle {user}, {size / 1e6:.0f} Mo, {took:.0f} ms")
    yield good("schéma", "à jour") if is_up_to_date() else wrong("schéma", "en retard : lancez « manage.py migrate »")


def broker() -> Iterator[Line]:
    place = urlsplit(settings.REDIS_URL)
    where = place.hostname or place.path
    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=2, socket_timeout=2) as client:
            info = client.info("server")
    except (redis.RedisError, OSError) as problem:
        yield wrong(
            "courtier", f"{where} ne répond pas ({type(problem).__name__}) : les e-mails partent plus lentement"
        )
        return
    yield good(
        "courtier", f"{info.get('server_name', 'redis')} {info.get('valkey_version', info['redis_version'])}, {where}"
    )


def mail() -> Iterator[Line]:
    if "mailfolder" in settings.EMAIL_BACKEND:
        yield off("e-mails", f"écrits dans {settings.EMAIL_FILE_PATH} : donnez EMAIL_URL pour les envoyer")
        return
    relay = get_connection(timeout=5)
    try:
        relay.open()
        relay.close()
    except OSError as problem:
        yield wrong("e-mails", f"le serveur d'EMAIL_URL ne répond pas : {type(problem).__name__}")
    else:
        yield good("e-mails", f"serveur {getattr(settings, 'EMAIL_HOST', '')} joint")


def virus_scanner() -> Iterator[Line]:
    if not antivirus.is_asked():
        yield off("antivirus", "aucun (CLAMAV) : les fichiers sont vérifiés, non analysés")
        return
    try:
        antivirus.scan(io.BytesIO(b"essai"))
    except antivirus.UnavailableError as problem:
        yield wrong("antivirus", f"ne répond pas ({problem}) : les envois restent en quarantaine")
    else:
        yield good("antivirus", "répond")


def tools() -> Iterator[Line]:
    try:
        ctypes.CDLL("libpango-1.0.so.0")
    except OSError:
        yield wrong("PDF", "la bibliothèque Pango manque (libpango-1.0-0) : ni accusés ni albums en PDF")
    else:
        yield good("PDF", "Pango est là")
    try:
        yield good("pg_dump", str(programs.find("pg_dump", _server_major())))
    except (BackupError, DatabaseError) as problem:
        yield wrong("pg_dump", str(problem).splitlines()[0])


def _server_major() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int / 10000")
        return int(cursor.fetchone()[0])


def copies() -> Iterator[Line]:
    if not settings.DATABASE_BACKUP_URL:
        yield off("rôle de sauvegarde", "DATABASE_BACKUP_URL absente : sauvegardez par les moyens de votre hébergeur")
    else:
        try:
            copying.connect().close()
            yield good("rôle de sauvegarde", "lit tout")
        except BackupError as problem:
            yield wrong("rôle de sauvegarde", str(problem).splitlines()[0])
    for what in (record.BACKUP, record.DRILL):
        moment = record.last(what)
        when = timezone.localtime(moment).strftime("%d/%m/%Y à %H:%M") if moment else "jamais, ou ailleurs"
        yield good(what, when) if moment else off(what, when)


def retention() -> Iterator[Line]:
    try:
        plan.check()
        lots = ledger().open_lots()
        where = f"registre {ledger().path}"
        yield wrong("purge", f"{len(lots)} lot(s) interrompu(s) : relancez-la") if lots else good("purge", where)
    except (plan.NoPlanError, LedgerError) as problem:
        yield wrong("purge", str(problem))


def progress() -> Iterator[Line]:
    """What operations watch; a copy and a drill were told above."""
    for one in readings.take():
        if one.slug in {record.BACKUP, record.DRILL, "courtier"}:
            continue
        value = "inconnu" if one.value is None else f"{one.value:.1f} {one.unit}"
        said = f"{one.label} : {value} (limite {one.limit:.0f} {one.unit})"
        yield Line(one.slug, State.GOOD if one.is_well else State.WRONG, said)


def secrets() -> Iterator[Line]:
    """What must not lie open."""
    folder = Path(settings.DATA_DIR)
    if folder.is_dir() and folder.stat().st_mode & 0o007:
        yield wrong("droits", f"{folder} est ouvert à tous : chmod 700")
    yield good("clé", "SECRET_KEY") if len(settings.SECRET_KEY) >= 50 else wrong("clé", "SECRET_KEY est trop courte")
    if not settings.HEALTH_TOKEN:
        yield off("supervision", "HEALTH_TOKEN absent : /sante/exploitation et /sante/metriques sont fermés")


SECTIONS: tuple[Callable[[], Iterator[Line]], ...] = (
    settings_lines,
    secrets,
    database,
    broker,
    mail,
    virus_scanner,
    tools,
    copies,
    retention,
    progress,
)


def lines() -> Iterator[Line]:
    """Everything, section by section; one that breaks is told and does not hide the others."""
    for section in SECTIONS:
        try:
            yield from section()
        except (DatabaseError, OSError) as problem:
            yield wrong(section.__name__, type(problem).__name__)
