"""The drill, whole: a network, saved, destroyed with its server, brought back on a clean one, and compared.

    python -m tests.load.recovery

It starts a PostgreSQL of its own in a temporary folder, loads the demonstration network, saves it, deletes server and
files, starts another server in another folder (roles made anew), restores there, then asks the diagnosis. It ends with
0 when every row, file, policy, right and role is the same, and prints how long each step took.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from portal.embedded import throwaway_servers

ROOT = Path(__file__).resolve().parents[2]
REPORTED = ("Sauvegarde faite", "Restauration faite", "fichiers et lignes")


def manage(variables: Mapping[str, str], data: Path, *arguments: str | Path) -> str:
    """What the command said; it must end well, except for a diagnosis that tells of a worker that does not run."""
    environment = {
        **os.environ,
        **variables,
        "PORTAL_DATA": str(data),
        "SECRET_KEY": "essai" * 12,
        "PORTAL_DEMO": "oui",
    }
    environment["PURGE_LEDGER"] = str(data.parent / "registre" / "purge.jsonl")
    began = time.monotonic()
    command = [sys.executable, "manage.py", *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    said = [line for line in done.stdout.splitlines() if any(word in line for word in REPORTED)]
    sys.stdout.write(f"{time.monotonic() - began:6.1f} s  {arguments[0]} {' '.join(said)}\n")
    sys.stdout.flush()
    if done.returncode and arguments[0] != "diagnostic":
        sys.exit(f"{arguments[0]} : {done.stderr[-2000:]}")
    return done.stdout


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="portail-reprise-") as name:
        folder = Path(name)
        with throwaway_servers() as first:
            manage(first, folder / "avant", "migrate", "-v0")
            manage(first, folder / "avant", "demo")
            manage(first, folder / "avant", "sauvegarde", folder / "copie")
        shutil.rmtree(folder / "avant")
        with throwaway_servers() as second:
            manage(second, folder / "apres", "restauration", folder / "copie")
            told = manage(second, folder / "apres", "diagnostic", "--fichiers", "--empreintes")
    return 0 if "✔ fichiers et lignes" in told else 1


if __name__ == "__main__":
    sys.exit(main())
