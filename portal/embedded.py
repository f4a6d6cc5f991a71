"""The Postgres and the Valkey of a machine that has neither: programs shipped in wheels, data in one folder."""

import contextlib
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from portal import roles
from portal.datafolder import DataFolder, StartError
from portal.postgres import Postgres
from portal.processes import Pause, end, explain, leftovers
from portal.valkey import Valkey

DATABASE = "portal"
READY_WITHIN = 120.0  # seconds; recovery after a crash reads up to a gigabyte of journal


def wait_ready(server: Postgres | Valkey, pause: Pause = time.sleep) -> None:
    deadline = time.monotonic() + READY_WITHIN
    while not server.ready():
        if not server.running or time.monotonic() > deadline:
            raise StartError(explain(server, server.exit_code or 0))
        pause(0.03)


def sweep(data: DataFolder, pause: Pause = time.sleep) -> None:
    """End what an earlier supervisor left running; the folder must be locked."""
    end(lambda: leftovers(data), pause)
    for record in data.run.glob("*.json"):
        record.unlink(missing_ok=True)


def put_roles(postgres: Postgres, *, for_tests: bool = False) -> dict[str, str]:
    """The portal's roles and database on the embedded server; returns their addresses."""
    passwords = {
        "owner_password": postgres.data.secret(roles.OWNER),
        "app_password": postgres.data.secret(roles.APP),
        "backup_password": postgres.data.secret(roles.BACKUP),
    }
    roles.provision(postgres.dsn, database=DATABASE, for_tests=for_tests, **passwords)
    return roles.addresses(postgres.dsn, database=DATABASE, **passwords)


@contextmanager
def throwaway_servers(*, database: bool = True, broker: bool = True) -> Iterator[dict[str, str]]:
    """Servers for a test run, in a temporary folder; yields the variables that lead to them."""
    with (
        tempfile.TemporaryDirectory(prefix="portail-essais-") as folder,
        contextlib.ExitStack() as stack,
    ):
        data = DataFolder(Path(folder))
        data.prepare()
        data.open_sockets()
        stack.callback(data.close_sockets)
        variables = {"PORTAL_DATA": folder}
        if broker:
            valkey = Valkey(data)
            valkey.prepare()
            stack.callback(valkey.stop)
            valkey.start()
            variables["REDIS_URL"] = valkey.url
        if database:
            postgres = Postgres(data, durable=False)
            postgres.prepare()
            stack.callback(postgres.stop)
            postgres.start()
            wait_ready(postgres)
            variables |= put_roles(postgres, for_tests=True)
        if broker:
            wait_ready(valkey)
        yield variables
