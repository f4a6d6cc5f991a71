"""What must be done before the site starts, in one process."""

import hashlib
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Met la base à jour, rassemble les fichiers statiques s’ils ont changé, charge la démonstration si demandé."
    requires_system_checks: list[str] = []  # `migrate` runs the checks

    def handle(self, *_args: Any, **_options: Any) -> None:
        call_command("migrate", interactive=False, verbosity=0)
        self.collect_static()
        if settings.DEMO:
            call_command("demo", si_vide=True)

    def collect_static(self) -> None:
        """Compressing takes seconds: only when a source or a dependency changed."""
        stamp = Path(settings.DATA_DIR) / "run" / "static.stamp"
        wanted = sources_digest(Path(settings.BASE_DIR))
        if Path(settings.STATIC_ROOT).is_dir() and stamp.is_file() and stamp.read_text() == wanted:
            return
        stamp.unlink(missing_ok=True)
        call_command("collectstatic", interactive=False, verbosity=0)
        stamp.parent.mkdir(parents=True, exist_ok=True)
        stamp.write_text(wanted)


def sources_digest(root: Path) -> str:
    """A digest of every static source's path, size and time, and of what pins the dependencies."""
    sources = [
        root / "static",
        *root.glob("*/static"),
        root / "requirements" / "core.lock",
        root / "portal" / "settings.py",
    ]
    files = sorted(file for source in sources for file in ([source] if source.is_file() else source.rglob("*")))
    digest = hashlib.sha256()
    for file in files:
        status = file.stat()
        digest.update(f"{file}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()
