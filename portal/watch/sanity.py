"""Files and rows agree: who leads where, whose it is, what it weighs (T49). It looks, and changes nothing."""

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.files.storage import default_storage
from django.db import connection
from django.db.models import F, Q
from django.utils import timezone

from accounts import scope
from accounts.privatefiles import store
from accounts.scope import System
from claims.models import Deposit, Document, Dossier, Export, Upload
from portal.retention import plan
from portal.retention.plan import Fate

# What a shop sent keeps the place where it arrived; a random name says nothing, and holds nothing a person typed.
KEY = r"(documents|uploads|imports)/([0-9a-z]+/)+[0-9a-f]{32}(_[A-Za-z0-9]{7})?"
YOUNG = timedelta(hours=1)  # a file is stored before its row is


@dataclass(frozen=True)
class Finding:
    """`what` is the kind of trouble, `where` names a row or a file by its key, nothing of anybody."""

    what: str
    where: str


def look(*, contents: bool = False, progress: Callable[[int], object] = lambda _done: None) -> list[Finding]:
    """Everything that does not fit; `contents` reads each original again and compares its fingerprint."""
    with scope.system(System.WATCH):
        named = _named()
        found = [*_files(named), *_rows()]
        if contents:
            found += _contents(progress)
    return found


def _named() -> dict[str, list[str]]:
    """Each key of the storage, and the rows that lead to it."""
    found: dict[str, list[str]] = {}
    for label, rule in plan.PLAN.items():
        model = apps.get_model(label)
        for column in rule.files:
            path = column.replace(".", "__")
            rows = _all(model).exclude(**{path: ""}).exclude(**{path: None}).values_list("pk", path)
            for key, name in rows.iterator(chunk_size=5000):
                found.setdefault(str(name), []).append(f"{label} {key} ({column})")
    return found


def _all(model: Any) -> Any:
    return model.objects.all()


def _files(named: dict[str, list[str]]) -> Iterator[Finding]:
    held = {file.name: file for file in store().held()}
    for name, rows in named.items():
        if ".." in Path(name).parts or name.startswith("/"):
            yield Finding("clé hors du stockage", rows[0])
        elif name not in held:
            yield Finding("fichier absent", rows[0])
        if len({row.rpartition(" ")[0] for row in rows if not row.startswith("claims.Upload")}) > 1:
            yield Finding("un fichier pour deux lignes", " et ".join(rows))
    old = (timezone.now() - YOUNG).timestamp()
    for name in sorted(held.keys() - named.keys()):
        if not name.startswith("sante/") and held[name].changed < old:
            yield Finding("fichier sans ligne", name)


def _rows() -> Iterator[Finding]:
    yield from _sizes()
    yield from _odd(Document, ~Q(file__regex=f"^{KEY}$"), "clé hors de son préfixe")
    yield from _odd(Upload, ~Q(file="") & ~Q(file__regex=f"^{KEY}$"), "clé hors de son préfixe")
    yield from _odd(Document, ~Q(sha256__regex=r"^[0-9a-f]{64}$"), "empreinte absente")
    infected = Q(safety=Document.Safety.INFECTED) & (~Q(shown="") | ~Q(thumbnail=""))
    yield from _odd(Document, infected, "refusé par l'antivirus, et montré")
    yield from _odd(Export, Q(state=Export.State.READY, file=""), "archive prête sans fichier")
    yield from _odd(Export, ~Q(state=Export.State.READY) & ~Q(file=""), "archive retirée, et son fichier reste")
    yield from _odd(Upload, Q(state=Upload.State.READY) & ~Q(received=F("size")), "envoi prêt et incomplet")
    yield from _odd(Deposit, Q(documents=None, supplement=None, shot_set=None), "envoi sans document")
    yield from _tenants()
    yield from _counts()


def _odd(model: Any, wrong: Q, what: str) -> Iterator[Finding]:
    for key in _all(model).filter(wrong).values_list("pk", flat=True):
        yield Finding(what, f"{model._meta.label} {key}")


def _sizes() -> Iterator[Finding]:
    for key, name, size in Document.objects.values_list("pk", "file", "size").iterator(chunk_size=5000):
        safe = re.fullmatch(KEY, name) and default_storage.exists(name)
        if safe and default_storage.size(name) != size:
            yield Finding("taille différente", f"claims.Document {key}")


def _tenants() -> Iterator[Finding]:
    """What hangs on a dossier is of its cabinet and its shop, whatever wrote it."""
    for label, rule in plan.of_fate(Fate.WITH_DOSSIER).items():
        model = apps.get_model(label)
        columns = {field.column for field in model._meta.fields}
        if rule.column != "dossier_id" or not {"cabinet_id", "establishment_id"} <= columns:
            continue
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT t.id FROM {model._meta.db_table} t JOIN claims_dossier d ON d.id = t.dossier_id"  # noqa: S608 -- a table of our own
                " WHERE t.cabinet_id <> d.cabinet_id OR t.establishment_id IS DISTINCT FROM d.establishment_id"
            )
            for (key,) in cursor.fetchall():
                yield Finding("ligne d'un autre cabinet ou établissement que son dossier", f"{label} {key}")


def _counts() -> Iterator[Finding]:
    """The numbers of a list's line are those of its documents."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT d.id FROM claims_dossier d LEFT JOIN (SELECT dossier_id,"
            " count(*) FILTER (WHERE direction = 'received') r, count(*) FILTER (WHERE direction = 'sent') s"
            " FROM claims_document GROUP BY 1) n ON n.dossier_id = d.id"
            " WHERE d.received_count <> COALESCE(n.r, 0) OR d.sent_count <> COALESCE(n.s, 0)"
        )
        for (key,) in cursor.fetchall():
            yield Finding("nombre de documents faux", f"{Dossier._meta.label} {key}")


def _contents(progress: Callable[[int], object]) -> Iterator[Finding]:
    for key, name, digest in Document.objects.values_list("pk", "file", "sha256").iterator(chunk_size=5000):
        if default_storage.exists(name):
            with default_storage.open(name) as file:
                found = hashlib.sha256()
                for chunk in file.chunks():
                    found.update(chunk)
            progress(1)
            if found.hexdigest() != digest:
                yield Finding("empreinte différente", f"claims.Document {key}")
