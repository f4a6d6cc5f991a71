"""Run in the benchmark's base as `-m portal.benchmark.heavy FILE ROWS`: archive and import, each beside its yardstick.

The archive is made by the worker's own code from files that lie in the page cache, as do those that `cat` joins. The
import is tried, not kept: the same work, undone at its end.
"""

import csv
import hashlib
import io
import json
import os
import random
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django

FILES, SIZE = 250, 2_000_000  # half a gigabyte
SIMPLE_ROWS = 300
HEAD = ("reference", "siret", "date_mission", "date_sinistre", "assure_nom", "marque", "immatriculation", "etat")


def main(target: str, rows: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
    told = {"import": _import(int(rows)), "zip": _archive()}
    Path(target).write_text(json.dumps(told))


def _idle() -> float:
    """What this process holds now, in MiB; its peak is counted anew from here."""
    Path("/proc/self/clear_refs").write_text("5")
    return _held("VmRSS")


def _held(name: str) -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name)) / 1024


# The import ----------------------------------------------------------------------------------------------------------


def _siret(number: int) -> str:
    """A number that stands up to the check."""
    from stdnum import luhn  # noqa: PLC0415 -- of this measure only

    siren = f"{number:08}"
    siren += luhn.calc_check_digit(siren)
    return siren + "0001" + luhn.calc_check_digit(f"{siren}0001")


def _lines(rows: int) -> Iterator[tuple[str, ...]]:
    shops = [_siret(80_000_000 + number) for number in range(500)]
    for number in range(rows):
        plate = f"AA-{number % 900 + 100}-{chr(65 + number % 26)}Z"
        yield (
            f"MESURE-{number}", shops[number % 500], "02/03/2026", "01/03/2026", f"LEFÈVRE {number}", "Renault", plate,
            "mission reçue",
        )  # fmt: skip


def _import(rows: int) -> dict[str, float]:
    from accounts import scope  # noqa: PLC0415 -- needs loaded apps
    from accounts.models import Cabinet  # noqa: PLC0415 -- needs loaded apps
    from claims.services import expectations  # noqa: PLC0415 -- needs loaded apps
    from claims.services.imports.dossiers import import_dossiers  # noqa: PLC0415 -- needs loaded apps
    from claims.services.imports.reading import Source  # noqa: PLC0415 -- needs loaded apps

    text = io.StringIO()
    csv.writer(text, delimiter=";").writerows([HEAD, *_lines(rows)])
    file = io.BytesIO(text.getvalue().encode())
    with scope.system(scope.System.IMPORT):
        cabinet = Cabinet.objects.order_by("pk").first()
    if cabinet is None:
        return {}
    expectations.reconcile()  # the base was filled by SQL: what is expected of its dossiers is not the import's work
    _simple(cabinet)  # the program is warm
    idle, began = _idle(), time.perf_counter()
    report = import_dossiers(cabinet, Source(file), dry_run=True)
    rate = rows / (time.perf_counter() - began)
    if report.created != rows:
        raise SystemExit(f"{report.created} rows of {rows} went in: {report.first_rejects[:1]}")
    return {"rate": rate, "simple": _simple(cabinet), "more": _held("VmHWM") - idle, "rows": rows}


def _simple(cabinet: Any) -> float:
    """Rows a second of the import one writes first."""
    from django.db import transaction  # noqa: PLC0415 -- needs loaded apps

    from accounts import scope  # noqa: PLC0415 -- needs loaded apps
    from claims.models import Dossier  # noqa: PLC0415 -- needs loaded apps

    began = time.perf_counter()
    with scope.system(scope.System.IMPORT):
        for reference, siret, *_dates, name, make, plate, _state in _lines(SIMPLE_ROWS):
            values = {"siret": siret, "insured_name": name, "make": make, "plate": plate, "claim_on": "2026-03-01"}
            Dossier.objects.update_or_create(cabinet=cabinet, reference=f"SIMPLE-{reference}", defaults=values)
        transaction.set_rollback(True)
    return SIMPLE_ROWS / (time.perf_counter() - began)


# The archive ---------------------------------------------------------------------------------------------------------


def _archive() -> dict[str, float]:
    """MB/s of the archive and of copying the same files, both from their order to the last byte on disk."""
    from django.contrib.auth import get_user_model  # noqa: PLC0415 -- needs loaded apps

    from accounts import scope  # noqa: PLC0415 -- needs loaded apps
    from claims.models import Document, Export  # noqa: PLC0415 -- needs loaded apps
    from claims.services import jobs  # noqa: PLC0415 -- needs loaded apps
    from claims.services.archives import order_export  # noqa: PLC0415 -- needs loaded apps
    from claims.services.archiving import withdraw  # noqa: PLC0415 -- needs loaded apps
    from portal.benchmark.fill import MEDIAN  # noqa: PLC0415 -- needs loaded apps

    user = get_user_model().objects.get(email=MEDIAN)
    dossier = _thick(user.pk)
    copied = _cat()
    with scope.acting_as(user.pk) as actor:
        papers = Document.objects.visible_to(actor).filter(dossier=dossier, label__startswith="Pièce ")
        export = order_export(dossier, papers, actor=actor)
    idle, began = _idle(), time.perf_counter()
    jobs.run_due()
    took = time.perf_counter() - began
    with scope.system(scope.System.JOBS):
        export = Export.objects.get(pk=export.pk)
        if export.state != Export.State.READY or export.missing:
            raise SystemExit(f"The archive is {export.state}: {export.reason} {export.missing[:1]}")
        withdraw(export, "mesure")
    return {"rate": SIZE * FILES / 1e6 / took, "cat": SIZE * FILES / 1e6 / copied, "more": _held("VmHWM") - idle}


def _thick(user_id: int) -> Any:
    """The last dossier of this shop, given its papers once; no two are the same, as a dossier holds none twice."""
    from django.utils import timezone  # noqa: PLC0415 -- needs loaded apps

    from accounts import scope  # noqa: PLC0415 -- needs loaded apps
    from claims.models import Document, Dossier  # noqa: PLC0415 -- needs loaded apps

    with scope.acting_as(user_id) as actor:
        dossier = Dossier.objects.visible_to(actor).order_by("-pk")[0]
    with scope.system(scope.System.DEMO):
        held = Document.objects.filter(dossier=dossier, label__startswith="Pièce ").count()
        Document.objects.bulk_create(
            Document(
                dossier=dossier, cabinet_id=dossier.cabinet_id, establishment_id=dossier.establishment_id,
                direction=Document.Direction.RECEIVED, kind=Document.Kind.LETTER, label=f"Pièce {number}.pdf",
                file=_key(number), size=SIZE, sha256=_paper(number), content_type="application/pdf",
                published_at=timezone.now(),
            )
            for number in range(held, FILES)
        )  # fmt: skip
    return dossier


def _key(number: int) -> str:
    return f"mesure/piece-{number}"


def _paper(number: int) -> str:
    """Write one; its SHA-256."""
    from django.core.files.storage import default_storage  # noqa: PLC0415 -- needs loaded apps

    content = b"%PDF-1.4\n" + random.Random(number).randbytes(SIZE - 9)  # noqa: S311 -- no secret
    Path(default_storage.path(_key(number))).write_bytes(content)
    return hashlib.sha256(content).hexdigest()


def _cat() -> float:
    """Seconds to put the same files into one."""
    from django.core.files.storage import default_storage  # noqa: PLC0415 -- needs loaded apps

    target = Path(default_storage.path("mesure")) / "copie"
    began = time.perf_counter()
    with target.open("wb") as copy:
        for number in range(FILES):
            with Path(default_storage.path(_key(number))).open("rb") as file:
                shutil.copyfileobj(file, copy, 1 << 20)
    took = time.perf_counter() - began
    target.unlink()
    return took


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
