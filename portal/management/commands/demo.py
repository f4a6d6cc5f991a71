"""`manage.py demo`: a believable network to look at, in an empty base only."""

import sys
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from portal.demo.load import SEED, SIZE, Loaded, NotEmptyError, is_empty, load
from portal.demo.people import logins_file, refresh_address, write_logins


class Command(BaseCommand):
    help = "Charge un réseau de démonstration inventé : cabinets, réparateurs, dossiers, documents, comptes."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--si-vide", action="store_true", help="ne rien faire, sans erreur, si la base est occupée"
        )
        parser.add_argument(
            "--graine", type=int, default=SEED, metavar="N", help="graine du tirage (défaut : %(default)s)"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        begun = time.monotonic()
        if options["si_vide"] and not is_empty():
            refresh_address()
            return
        try:
            with tqdm(total=SIZE, unit=" dossier", disable=not sys.stderr.isatty(), leave=False, ascii=True) as bar:
                loaded = load(SIZE, options["graine"], bar.update)
        except NotEmptyError:
            raise CommandError(
                "La base contient déjà des cabinets : la démonstration ne se charge que dans une base vide."
            ) from None
        write_logins(loaded.logins)
        if options["verbosity"]:
            self._tell(loaded, time.monotonic() - begun)

    def _tell(self, loaded: Loaded, seconds: float) -> None:
        if loaded.warning:
            self.stderr.write(loaded.warning)
        self.stdout.write(
            f"Démonstration chargée en {seconds:.0f} s : {loaded.dossiers} dossiers, {loaded.documents} documents "
            f"({loaded.bytes / 1e6:.0f} Mo). Comptes : {logins_file()}"
        )
