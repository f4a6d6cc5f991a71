"""Measures archives: speed beside copying the same files, memory, and the bytes that killed workers leave.

    python -m tests.load.zip --files 500 --size 2000000          # 1 GB: speed and memory
    python -m tests.load.zip --files 2000 --size 60000 --kills 3 # killed three times, the same SHA-256

It works in a test base and a folder of its own, both removed afterwards; it needs the variables the portal needs.
"""

import argparse
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

WORKER = """
import django, json, sys, time
django.setup()
from django.conf import settings
settings.MEDIA_ROOT = sys.argv[1]
from claims.services import archiving, jobs
pause = float(sys.argv[2])
if pause:
    mark = archiving.Builder._mark
    archiving.Builder._mark = lambda self, done: (mark(self, done), print(done, flush=True), time.sleep(pause))
from claims.models import Dossier
from accounts import scope
def memory(name):
    lines = open("/proc/self/status").read().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name))
with scope.system(scope.System.TESTS):
    Dossier.objects.count()
idle = memory("VmRSS")
start = time.monotonic()
jobs.run_due()
print(json.dumps({"seconds": time.monotonic() - start, "idle": idle,
    "peak": memory("VmHWM")}), flush=True)
"""


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--files", type=int, default=500)
    arguments.add_argument("--size", type=int, default=2_000_000, help="bytes of each")
    arguments.add_argument("--kills", type=int, default=0)
    arguments.add_argument("--rounds", type=int, default=3)
    wanted = arguments.parse_args()
    import django

    django.setup()
    from django.db import connections

    owner = connections["owner"]
    owner.settings_dict["TEST"]["NAME"] = f"load_{owner.settings_dict['NAME']}"  # pytest's own is left alone
    name = owner.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    with tempfile.TemporaryDirectory() as folder:
        try:
            _measure(wanted, name, Path(folder))
        finally:
            connections["default"].close()
            owner.creation.destroy_test_db(name, verbosity=0)


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _measure(wanted: argparse.Namespace, base: str, folder: Path) -> None:
    from django.conf import settings
    from django.db import connections

    from portal.management.commands.migrate import grant_to_application

    default = connections["default"]
    grant_to_application(default.settings_dict["USER"])
    default.close()
    default.settings_dict["NAME"] = base
    settings.MEDIA_ROOT = folder
    user, dossier = _fill(wanted.files, wanted.size)
    say(f"{wanted.files} files of {wanted.size} bytes, {wanted.files * wanted.size / 1e6:.0f} MB")
    for _ in range(wanted.rounds if not wanted.kills else 1):
        copied = _copy(folder)
        export = _order(user, dossier)
        told = json.loads(_worker(base, folder, 0).communicate()[0].splitlines()[-1])
        size = _again(export).size / 1e6
        speed, limit = size / told["seconds"], size / copied
        idle, more = told["idle"] / 1024, (told["peak"] - told["idle"]) / 1024
        say(f"copy {limit:.0f} MB/s; archive {speed:.0f} MB/s, {speed / limit:.2f} of it")
        say(f"memory {idle:.0f} MiB idle, {more:.0f} MiB more at its peak")
    if wanted.kills:
        _kill(wanted.kills, base, folder, user, dossier, _sha256(export))


def _fill(files: int, size: int):
    from accounts import scope
    from tests.factories import DocumentFactory, DossierFactory, EstablishmentFactory, LinkFactory, ShopMemberFactory

    with scope.system(scope.System.TESTS):
        member = ShopMemberFactory()
        site = EstablishmentFactory(organisation=member.organisation)
        dossier = DossierFactory(establishment=site)
        LinkFactory(cabinet=dossier.cabinet, establishment=site)
        for number in range(files):
            content = os.urandom(size)
            digest = hashlib.sha256(content).hexdigest()
            DocumentFactory(dossier=dossier, file__data=content, size=size, sha256=digest, label=f"Pièce {number}.pdf")
    return member.user, dossier


def _copy(folder: Path) -> float:
    """Seconds to put every file into one, as `cat` does."""
    start = time.monotonic()
    with (folder / "copy").open("wb") as target:
        for source in sorted((folder / "documents").rglob("*")):
            if source.is_file():
                with source.open("rb") as content:
                    shutil.copyfileobj(content, target, 1 << 20)
    took = time.monotonic() - start
    (folder / "copy").unlink()
    return took


def _order(user, dossier):
    from accounts import scope
    from claims.models import Document
    from claims.services.archives import order_export

    with scope.acting_as(user.pk) as actor:
        return order_export(dossier, Document.objects.visible_to(actor).filter(dossier=dossier), actor=actor)


def _again(export):
    from accounts import scope

    with scope.system(scope.System.TESTS):
        found = type(export).objects.get(pk=export.pk)
    if not found.is_under_way and found.state != "ready":
        raise SystemExit(f"the archive is {found.state}: {found.reason}")
    return found


def _sha256(export) -> str:
    from django.core.files.storage import default_storage

    with Path(default_storage.path(_again(export).file)).open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _worker(base: str, folder: Path, pause: float) -> "subprocess.Popen[bytes]":
    from urllib.parse import urlsplit

    address = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{base}").geturl()
    command = [sys.executable, "-c", WORKER, str(folder), str(pause)]
    return subprocess.Popen(command, env={**os.environ, "DATABASE_URL": address}, stdout=subprocess.PIPE)


def _kill(kills: int, base: str, folder: Path, user, dossier, expected: str) -> None:
    from accounts import scope
    from claims.models import Job

    export = _order(user, dossier)
    for turn in range(kills):
        process = _worker(base, folder, 0.05)
        assert process.stdout is not None
        for _ in range(5 + 10 * turn):
            process.stdout.readline()
        process.send_signal(signal.SIGKILL)
        process.communicate()
        with scope.system(scope.System.TESTS):
            left = Job.objects.filter(state="running").update(lease_until="2020-01-01T00:00Z")
        say(f"killed at {_again(export).percent} %, {left} lease let go")
    _worker(base, folder, 0).communicate()
    found = _sha256(export)
    say(f"undisturbed {expected}\nkilled      {found}\n{'the same' if found == expected else 'DIFFERENT'}")


if __name__ == "__main__":
    main()
