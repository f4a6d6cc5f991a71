"""`manage.py import_documents`: the folder a cabinet's software drops its reports into."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from claims.management.commands.import_dossiers import cabinet_of
from claims.management.stopping import stoppable
from claims.services.imports.documents import import_documents

INTERRUPTED = "Import interrompu : ce qui est entré est entré. Relancez la même commande, elle fera le reste."
UNREACHABLE = "La base de données ne répond plus : ce qui est entré est entré. Relancez la même commande."
SHOWN = 50


class Command(BaseCommand):
    help = (
        "Attache aux dossiers d’un cabinet les fichiers d’un dossier de dépôt, nommés TYPE_CABINET_REFERENCE_ID.pdf "
        "(par exemple RAPPORT_PROVISOIRE_ATMOS_255033006_12345.pdf ; les photos en .jpg ou .png). Le même fichier "
        "deux fois reste un seul document ; un contenu nouveau sous un identifiant connu remplace l’ancien. Les "
        "fichiers ne sont ni déplacés ni supprimés ; les sous-dossiers ne sont pas lus. Sort avec 0 si tout est entré."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", metavar="DOSSIER", type=Path, help="le dossier qui contient les fichiers")
        parser.add_argument("--cabinet", required=True, metavar="CODE", help="le code du cabinet")
        parser.add_argument("--dry-run", action="store_true", help="essai : tout est vérifié, rien n’est enregistré")

    def handle(self, *_args: Any, **options: Any) -> None:
        folder = Path(options["folder"])
        if not folder.is_dir():
            raise CommandError(f"{folder} n’est pas un dossier.")
        with stoppable(INTERRUPTED, UNREACHABLE), tqdm(unit=" fichiers", disable=None, leave=False) as bar:

            def progress(done: int, total: int) -> None:
                bar.total = total
                bar.update(done - bar.n)

            cabinet = cabinet_of(options["cabinet"])
            try:
                report = import_documents(cabinet, folder, progress=progress, dry_run=options["dry_run"])
            except OSError as problem:
                raise CommandError(f"{folder} ne peut pas être lu : {problem.strerror}.") from problem
        for name, reason in report.refused[:SHOWN]:
            self.stderr.write(f"{name} : {reason}")
        if len(report.refused) > SHOWN:
            self.stderr.write(f"… et {len(report.refused) - SHOWN} autres.")
        self.stdout.write("\n".join(report.lines()))
        if options["dry_run"]:
            self.stdout.write("Essai : rien n’a été enregistré.")
        if report.refused:
            raise CommandError(f"Fichiers refusés : {len(report.refused)}.")
