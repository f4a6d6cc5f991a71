"""`manage.py restauration DIR`: an empty base and folder become what was saved, verified."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from claims.management.stopping import stoppable
from portal.backup import BackupError, record, restoring
from portal.retention.ledger import LedgerError

INTERRUPTED = "Restauration interrompue : n'ouvrez pas le site. Relancez la même commande, elle reprendra."
UNREACHABLE = "La base ne répond plus : n'ouvrez pas le site. Relancez la même commande, elle reprendra."


class Command(BaseCommand):
    help = (
        "Remet la sauvegarde DOSSIER dans une base vide et un dossier de fichiers vide, puis compare tout : lignes, "
        "structure, politiques, droits, rôles, empreinte de chaque fichier ; enfin rejoue le registre de purge, pour "
        "que rien d'effacé ne revienne. Arrêtez d'abord web et travailleurs. Sans danger à relancer ni à interrompre "
        ": rien n'est jamais restauré par-dessus des données. Code de retour 0 si tout est égal."
    )
    requires_system_checks: list[str] = []  # the base may be empty

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", metavar="DOSSIER", type=Path, help="le dossier écrit par « sauvegarde »")
        parser.add_argument(
            "--sans-registre",
            action="store_true",
            help="restaurer sans registre de purge : des dossiers effacés depuis peuvent revenir",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        if "owner" not in settings.DATABASES:
            raise CommandError("La variable DATABASE_OWNER_URL est absente : la restauration travaille sous ce rôle.")
        folder = Path(options["folder"]).absolute()
        try:
            with (
                stoppable(INTERRUPTED, UNREACHABLE),
                tqdm(unit="o", unit_scale=True, desc="fichiers", disable=None, leave=False) as bar,
            ):
                done = restoring.restore(folder, without_ledger=options["sans_registre"], progress=bar.update)
        except (BackupError, LedgerError) as problem:
            raise CommandError(str(problem)) from problem
        except OSError as problem:
            raise CommandError(f"{problem.filename or folder} : {problem.strerror}.") from problem
        record.note(record.DRILL, folder)
        self.stdout.write(
            f"Restauration faite et vérifiée : {done.tables} tables, {done.rows} lignes, {done.files} fichiers égaux "
            f"à la sauvegarde ; {done.forgotten} dossier(s) purgé(s) à nouveau d'après le registre."
        )
