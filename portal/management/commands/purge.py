"""`manage.py purge`: forget what the cabinets may no longer keep, and prove it."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from claims.management.stopping import stoppable
from portal.retention import certificate, forgetting
from portal.retention.ledger import LedgerError
from portal.retention.plan import NoPlanError
from portal.retention.statements import ContextLostError

INTERRUPTED = "Purge interrompue : ce qui est effacé l'est. Relancez la même commande, elle finira."
UNREACHABLE = "La base ne répond plus, ou un dossier est en cours d'utilisation. Relancez la même commande."


class Command(BaseCommand):
    help = (
        "Efface les dossiers clos depuis plus longtemps que leur cabinet ne les conserve (cinq ans, sauf réglage du "
        "cabinet), avec leurs fichiers et tout ce qui s'y rattache, et anonymise leur journal. Travaille sous le rôle "
        "propriétaire (DATABASE_OWNER_URL), écrit chaque lot dans le registre PURGE_LEDGER avant de l'effacer. Sans "
        "danger à relancer ni à interrompre. Refuse de travailler si une table ou un fichier n'a pas de plan. Code "
        "de retour 0 si tout est fait."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="essai : tout est compté, rien n'est effacé")
        parser.add_argument(
            "--certificat",
            type=Path,
            metavar="FICHIER",
            help="écrire aussi le certificat ici : en JSON si le nom finit par .json, sinon en texte",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        if "owner" not in settings.DATABASES:
            raise CommandError("La variable DATABASE_OWNER_URL est absente : la purge travaille sous ce rôle.")
        target: Path | None = options["certificat"]
        if target is not None and not target.absolute().parent.is_dir():
            raise CommandError(f"Le dossier {target.absolute().parent} n'existe pas : rien n'a été effacé.")
        try:
            with stoppable(INTERRUPTED, UNREACHABLE), tqdm(unit=" dossiers", disable=None, leave=False) as bar:
                outcome = forgetting.look() if options["dry_run"] else forgetting.purge(progress=bar.update)
        except (NoPlanError, LedgerError, ContextLostError) as problem:
            raise CommandError(str(problem)) from problem
        told = certificate.facts(outcome, dry_run=options["dry_run"])
        self.stdout.write(certificate.as_text(told), ending="")
        if target is not None:
            as_json = target.suffix == ".json"
            target.write_text(certificate.as_json(told) if as_json else certificate.as_text(told), encoding="utf-8")
        if options["dry_run"]:
            self.stdout.write("Essai : rien n'a été effacé.")
