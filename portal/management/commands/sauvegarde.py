"""`manage.py sauvegarde DIR`: database and files, consistent, counted and fingerprinted."""

import shutil
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from claims.management.stopping import stoppable
from portal.backup import BackupError, copying, record
from portal.retention.ledger import LedgerError

INTERRUPTED = "Sauvegarde interrompue : le dossier n'en contient pas encore. La même commande recommencera."
UNREACHABLE = "La base ne répond plus : la sauvegarde n'est pas faite."


class Command(BaseCommand):
    help = (
        "Copie la base et les fichiers dans DOSSIER (neuf), pendant que le site fonctionne : un seul instant de la "
        "base, par pg_dump sous le rôle DATABASE_BACKUP_URL, recompté table par table ; puis chaque fichier avec son "
        "empreinte SHA-256. Le registre de purge n'y est pas : il se garde à part. Sans danger à relancer ni à "
        "interrompre. Code de retour 0 si tout y est."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", metavar="DOSSIER", type=Path, help="un dossier neuf, hors de cette machine")

    def handle(self, *_args: Any, **options: Any) -> None:
        folder = Path(options["folder"]).absolute()
        if folder.is_relative_to(Path(settings.MEDIA_ROOT)):
            raise CommandError("La sauvegarde ne peut pas aller dans le dossier des fichiers du site.")
        try:
            with stoppable(INTERRUPTED, UNREACHABLE), _bar() as bar:
                copied = copying.make(folder, bar.update)
        except (BackupError, LedgerError) as problem:
            raise CommandError(str(problem)) from problem
        except OSError as problem:
            room = shutil.disk_usage(folder if folder.exists() else "/").free
            raise CommandError(
                f"{folder} ne peut pas être écrit : {problem.strerror} ({room / 1e9:.1f} Go libres)."
            ) from problem
        self.stdout.write(
            f"Sauvegarde faite dans {folder} : {copied.tables} tables, {copied.rows} lignes, {copied.files} fichiers "
            f"({copied.size / 1e6:.1f} Mo)."
        )
        if copied.missing:
            raise CommandError(
                f"Mais {len(copied.missing)} fichier(s) manquaient ou étaient altérés sur le site même, dont "
                f"{copied.missing[0]} : voyez « manage.py diagnostic --fichiers »."
            )
        record.note(record.BACKUP, folder)


def _bar() -> "tqdm[Any]":
    return tqdm(unit="o", unit_scale=True, desc="fichiers", disable=None, leave=False)
