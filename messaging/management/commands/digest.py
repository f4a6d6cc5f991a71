"""Write the letters of the day by hand."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from messaging.models import Digest
from messaging.services import digests


class Command(BaseCommand):
    help = (
        "Écrit les résumés du jour, comme le font les travailleurs les jours ouvrés : celui du matin de 7 h 30 à "
        "midi, « ce qui reste » de 17 h 30 à 20 h 30. Ils partent avec les autres e-mails (envoyer_mails). Sans "
        "danger à relancer ni à interrompre : un seul résumé par personne, jour et moment. Code "
        "de retour 0 si tout va bien."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--moment", choices=Digest.Moment.values, help="l’écrire maintenant, quels que soient le jour et l’heure"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        due = [options["moment"]] if options["moment"] else digests.moments_due()
        if not due:
            self.stdout.write("Ce n’est l’heure d’aucun résumé : rien n’a été écrit.")
            return
        written = digests.write_due(due)
        self.stdout.write(f"{written} résumé(s) écrit(s) ; les autres l’étaient déjà ou n’intéressent personne.")
