"""Sixty seeded faults (security.md, 3.1.3): each takes one control away, and at least one test must turn red.

    python -m tests.load.faults [--seulement I3 Z2 …] [--liste]

It copies the tracked files beside, takes one control away there, runs the tests named for it and puts it back. Tests
share one base that is kept between runs. It ends with 0 when every fault was caught by a test that fails, and was not
before; a fault whose text is no longer in the code is an error too.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from tests.load.fault_list import FAULTS, Fault

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 600  # seconds for the tests of one fault; without a fault the slowest take half of it
TIMED_OUT = {124, 137}  # what `timeout` ends with
CAUGHT, SURVIVED, GONE, BROKEN = "attrapée", "SURVIT", "INTROUVABLE", "TESTS DÉJÀ ROUGES"


class Result(NamedTuple):
    fault: Fault
    what: str
    seconds: float
    said: str


def copy_of_the_tree(folder: Path) -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )
    for name in filter(None, tracked):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)


def run_tests(folder: Path, tests: str) -> tuple[int, str]:
    """1: some failed; 0: all passed; else they hung, or pytest itself did not work."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(folder),
        "ESSAIS_BASE_GARDEE": "oui",
        "PYTEST_XDIST_WORKER": "fautes",  # a base of its own: whoever works beside runs tests in theirs
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    command = ["timeout", "-k", "10", str(PATIENCE), sys.executable, "-m", "pytest", "-q", "-x", "--no-header"]
    done = subprocess.run(
        [*command, *tests.split("|")], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode in TIMED_OUT:
        return done.returncode, f"plus de {PATIENCE} s"
    lines = [line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR", "E  "))]
    return done.returncode, (lines[-1] if lines else done.stdout[-300:] + done.stderr[-300:]).strip()


def try_one(folder: Path, fault: Fault) -> Result:
    path, began = folder / fault.file, time.monotonic()
    before = path.read_text()
    if before.count(fault.old) < 1:
        return Result(fault, GONE, 0, fault.old)
    try:
        path.write_text(before.replace(fault.old, fault.new, 1))
        code, said = run_tests(folder, fault.tests)
    finally:
        path.write_text(before)
    if code == 0:
        return Result(fault, SURVIVED, time.monotonic() - began, "")
    sound, why = run_tests(folder, fault.tests) if code != 1 else (0, "")
    return Result(fault, CAUGHT if sound == 0 else BROKEN, time.monotonic() - began, said if sound == 0 else why)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seulement", nargs="*", default=[], help="les numéros de ces fautes seulement")
    parser.add_argument("--liste", action="store_true", help="ne faire que les nommer")
    options = parser.parse_args()
    chosen = [fault for fault in FAULTS if not options.seulement or fault.number in options.seulement]
    if options.liste:
        sys.stdout.write("".join(f"{fault.number} {fault.control} ({fault.file})\n" for fault in chosen))
        return 0
    results = []
    with tempfile.TemporaryDirectory(prefix="portail-fautes-") as name:
        copy_of_the_tree(Path(name))
        for fault in chosen:
            result = try_one(Path(name), fault)
            results.append(result)
            sys.stdout.write(f"{result.what} {fault.number} {fault.control} ({result.seconds:.0f} s) {result.said}\n")
            sys.stdout.flush()
    caught = sum(result.what == CAUGHT for result in results)
    sys.stdout.write(f"{caught} fautes attrapées sur {len(results)}.\n")
    return 0 if caught == len(results) else 1


if __name__ == "__main__":
    sys.exit(main())
