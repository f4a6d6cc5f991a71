"""An import stopped anywhere leaves nothing, and two at once take turns: real processes, a real database."""

import os
import re
import signal
import subprocess
import sys
import time
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection

from accounts import scope
from accounts.models import Establishment
from accounts.scope import System
from claims.models import Dossier
from tests.factories import CabinetFactory, DossierFactory, siret

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
LOCK = "SELECT pg_advisory_lock(hashtext('import_dossiers'), %s)"
UNLOCK = "SELECT pg_advisory_unlock(hashtext('import_dossiers'), %s)"


@pytest.fixture
def cabinet():
    with scope.system(System.TESTS):
        made = CabinetFactory(code="ALPES")
        DossierFactory(cabinet=made, reference="R1", make="avant", siret=siret(900_001))
        return made


@pytest.fixture
def content(tmp_path):
    path = tmp_path / "dossiers.csv"
    rows = (f"R{n};{siret(900_000 + n)};Renault" for n in range(1, 2001))
    path.write_text("\n".join(("reference;siret;marque", *rows)) + "\n")
    return path


@pytest.fixture
def start(content):
    """Start the command as a process on the test base; whatever is left at the end is ended."""
    started = []
    base = connection.get_connection_params()
    host = f"?host={quote(str(base['host']), safe='/')}&port={base.get('port', 5432)}" if base.get("host") else ""
    url = f"postgres://{base['user']}:{quote(base['password'])}@/{base['dbname']}{host}"

    def run():
        command = [sys.executable, "manage.py", "import_dossiers", "--cabinet", "ALPES", str(content)]
        environment = os.environ | {"DATABASE_URL": url}
        process = subprocess.Popen(
            command,
            env=environment,
            cwd=settings.BASE_DIR,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        process.communicate()


def wait_for_lock(*imports):
    """Wait until these imports all wait for something held here."""
    deadline = time.monotonic() + 60
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute("SELECT pg_stat_clear_snapshot()")  # inside a transaction the view stands still
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            if cursor.fetchone()[0] >= len(imports):
                return
            for process in imports:
                if process.poll() is not None:
                    pytest.fail(process.communicate()[0])
            time.sleep(0.1)
    pytest.fail("no import came to the lock")


def wait_until_gone():
    """A server process ends a little after its client, and until then holds what it had."""
    deadline = time.monotonic() + 60
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute("SELECT pg_stat_clear_snapshot()")  # inside a transaction the view stands still
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
                " AND backend_type = 'client backend' AND state <> 'idle'"
            )
            if cursor.fetchone()[0] == 0:
                return
            time.sleep(0.1)
    pytest.fail("the killed import's session is still there")


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_an_import_stopped_after_staging_leaves_nothing(cabinet, start, how):
    with scope.system(System.TESTS):
        Dossier.objects.select_for_update().get(reference="R1")
        process = start()
        wait_for_lock(process)
        process.send_signal(how)
        if how != signal.SIGKILL:
            said, _ = process.communicate(timeout=60)
            assert (process.returncode, said.strip().startswith("CommandError: Import interrompu")) == (130, True)
        process.wait(60)
    wait_until_gone()

    with scope.system(System.TESTS):
        assert list(Dossier.objects.values_list("reference", "make")) == [("R1", "avant")]
        assert Establishment.objects.count() == 1


def test_a_second_import_of_the_same_cabinet_waits_and_says_so(cabinet, start):
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [cabinet.pk])
        first, second = start(), start()
        wait_for_lock(first, second)
        cursor.execute(UNLOCK, [cabinet.pk])
    outputs = [process.communicate(timeout=60)[0] for process in (first, second)]

    assert [process.returncode for process in (first, second)] == [0, 0]
    assert all("Un autre import de ce cabinet est en cours" in said for said in outputs)
    assert sorted(int(re.search(r"(\d+) dossiers? créé", said)[1]) for said in outputs) == [0, 1999]
    with scope.system(System.TESTS):
        assert Dossier.objects.count() == 2000
