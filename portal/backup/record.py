"""When the last backup and the last drill went well: what the watch looks at."""

import json
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from portal.datafolder import write_private

BACKUP, DRILL = "sauvegarde", "restauration"


def _path(what: str) -> Path:
    return Path(settings.DATA_DIR) / "run" / f"{what}.json"


def note(what: str, folder: Path) -> None:
    path = _path(what)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_private(path, json.dumps({"le": timezone.now().isoformat(), "dossier": str(folder)}))


def last(what: str) -> datetime | None:
    """None: never, or not known here."""
    try:
        return datetime.fromisoformat(json.loads(_path(what).read_text())["le"])
    except (OSError, ValueError, KeyError):
        return None
