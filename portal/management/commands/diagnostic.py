"""`manage.py diagnostic`: what is configured, reachable, wrong."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from claims.management.stopping import stoppable
from portal.watch import diagnosis, sanity
from portal.watch.diagnosis import State

MARKS = {State.GOOD: "✔", State.OFF: "–", State.WRONG: "✘"}
SHOWN = 50


class Command(BaseCommand):
    help = (
        "Dit ce qui est configuré, joignable, faux : réglages, base, courtier, e-mails, antivirus, PDF, sauvegardes, "
        "purge, avancement du travail. Avec --fichiers, compare aussi les fichiers et les lignes ; avec --empreintes, "
        "relit chaque document. Ne change rien. Code de retour 0 si rien n'est faux."
    )
    requires_system_checks: list[str] = []  # it runs them itself, and tells what they say

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="écrire le tout en JSON")
        parser.add_argument("--fichiers", action="store_true", help="comparer les fichiers et les lignes")
        parser.add_argument("--empreintes", action="store_true", help="relire aussi chaque document (long)")

    def handle(self, *_args: Any, **options: Any) -> None:
        with stoppable("Diagnostic interrompu.", "La base ne répond plus."):
            told = list(diagnosis.lines())
            if options["fichiers"] or options["empreintes"]:
                told += self._files(contents=options["empreintes"])
        if options["json"]:
            rows = [{"sujet": line.subject, "etat": line.state.value, "dit": line.said} for line in told]
            self.stdout.write(json.dumps(rows, ensure_ascii=False, indent=1))
        else:
            self.stdout.write("\n".join(f"{MARKS[line.state]} {line.subject} : {line.said}" for line in told))
        bad = sum(line.state == State.WRONG for line in told)
        if bad:
            raise CommandError(f"{bad} point(s) à corriger.")

    def _files(self, *, contents: bool) -> list[diagnosis.Line]:
        with tqdm(unit=" documents", disable=None if contents else True, leave=False) as bar:
            found = sanity.look(contents=contents, progress=bar.update)
        shown = [diagnosis.wrong(one.what, one.where) for one in found[:SHOWN]]
        if len(found) > SHOWN:
            shown.append(diagnosis.wrong("fichiers et lignes", f"… et {len(found) - SHOWN} autres"))
        return shown or [diagnosis.good("fichiers et lignes", "s'accordent")]
