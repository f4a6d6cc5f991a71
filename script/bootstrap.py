"""Make `.venv` from a lock, once, then become the command: `bootstrap.py demo|dev argument…`.

Only the standard library, as nothing is installed yet.
"""

import ctypes
import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
PANGO = ["libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0"]
LIBRARIES = ["libpango-1.0.so.0", "libpangoft2-1.0.so.0", "libharfbuzz-subset.so.0"]


def main(kind: str, command: list[str]) -> None:
    folder = os.environ.get("PORTAL_DATA")
    if folder:
        os.environ["PORTAL_DATA"] = str(Path(folder).expanduser().absolute())  # before leaving the caller's folder
    os.chdir(ROOT)
    try:
        VENV.mkdir(exist_ok=True)
        lock = os.open(VENV, os.O_RDONLY)
        fcntl.flock(lock, fcntl.LOCK_EX)  # a second start waits for the first one's installation
        install(kind, lock)
        system_packages(browser=kind == "dev")
        os.close(lock)
    except OSError as problem:
        stop(f"L'installation a échoué : {problem.filename or ''} {problem.strerror}.")
    os.execv(PYTHON, [str(PYTHON), *command])  # noqa: S606 -- becoming the command keeps one pid from end to end


def install(kind: str, lock: int) -> None:
    """A stamp tells a finished installation; without it everything is done again, over what is there."""
    stamp, wanted = VENV / f"{kind}.stamp", digest(ROOT / "requirements" / f"{kind}.lock")
    if works(PYTHON) and stamp.is_file() and stamp.read_text() == wanted:
        return
    say("Installation des dépendances, une seule fois (une à deux minutes)…")
    stamp.unlink(missing_ok=True)
    if not works(PYTHON):
        call([sys.executable, "-m", "venv", "--clear", "--without-pip", VENV], lock)
    requirements = ["--require-hashes", "--only-binary", ":all:", "-r", ROOT / "requirements" / f"{kind}.lock"]
    call([*pip(lock), "install", "-qq", "--no-warn-script-location", *requirements], lock)
    stamp.write_text(wanted)


def digest(lock_file: Path) -> str:
    place = f"{sys.version_info[:2]} {VENV}"
    return hashlib.sha256(lock_file.read_bytes() + place.encode()).hexdigest()


def works(python: Path) -> bool:
    """A virtual environment breaks when it is moved or when its Python is replaced."""
    test = f"import sys; sys.exit(sys.version_info[:2] != {sys.version_info[:2]} or sys.prefix != {str(VENV)!r})"
    return python.exists() and subprocess.run([python, "-c", test], check=False).returncode == 0  # noqa: S603


def pip(lock: int) -> list[str | Path]:
    """This Python's own pip serves the new environment; Debian may have pip without ensurepip, or the reverse."""
    if runs([sys.executable, "-m", "pip", "--python", PYTHON, "--version"]):
        return [sys.executable, "-m", "pip", "--python", PYTHON]
    if not runs([PYTHON, "-m", "pip", "--version"]):
        if importlib.util.find_spec("ensurepip") is None:
            stop("Il manque pip : installez-le (sous Debian : « apt install python3-pip »), puis relancez.")
        call([PYTHON, "-m", "ensurepip", "--default-pip"], lock)
    return [PYTHON, "-m", "pip"]


def runs(command: Sequence[str | Path]) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0  # noqa: S603


def call(command: Sequence[str | Path], lock: int) -> None:
    """The child holds the lock too: it may outlive a killed start. A pip set up for users or targets is put right."""
    environment = {**os.environ, "PIP_USER": "0", "PIP_REQUIRE_VIRTUALENV": "0", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    environment.pop("PIP_TARGET", None)
    done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, pass_fds=[lock], check=False)  # noqa: S603
    if done.returncode:
        stop("L'installation a échoué : voyez ci-dessus ; elle reprendra au prochain lancement.")


def system_packages(*, browser: bool) -> None:
    """PDFs need Pango, browser tests need Chromium: installed where that is allowed, named otherwise."""
    missing = [] if all(map(loads, LIBRARIES)) else PANGO
    if browser and not (shutil.which("chromium") or shutil.which("chromium-browser")):
        missing = [*missing, "chromium"]
    if missing and not apt_install(missing):
        say(f"Paquets du système absents, à installer par l'administrateur : {' '.join(missing)}.")
        if missing[0] in PANGO:
            say("D'ici là, les PDF sont indisponibles ; le reste fonctionne.")


def loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def apt_install(packages: list[str]) -> bool:
    apt = shutil.which("apt-get")
    sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if not apt or (sudo and not (shutil.which("sudo") and runs([*sudo, "true"]))):
        return False
    say(f"Installation de paquets du système : {' '.join(packages)}…")
    base = [*sudo, "env", "DEBIAN_FRONTEND=noninteractive", apt, "-qq", "-o", "DPkg::Lock::Timeout=120"]
    insist([*base, "-o", "Acquire::Retries=2", "-o", "Acquire::http::Timeout=20", "update"])
    return insist([*base, "install", "--yes", "--no-install-recommends", *packages])


def insist(command: list[str]) -> bool:
    """Another apt may hold its lists for a while."""
    for _ in range(5):
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)  # noqa: S603
        if done.returncode == 0:
            return True
        if "lock" not in done.stderr:
            return False
        time.sleep(10)
    return False


def say(text: str) -> None:
    sys.stderr.write(text + "\n")


def stop(sentence: str) -> None:
    say(sentence)
    sys.exit(1)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
