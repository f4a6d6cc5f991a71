"""Empty the outbox by hand."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from messaging import services


class Command(BaseCommand):
    help = (
        "Envoie les e-mails en attente, comme le font les travailleurs toutes les 15 secondes ; "
        "peut être lancé plusieurs fois, ou interrompu, sans rien perdre. Code de retour 0 si aucun envoi n’a échoué."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--secondes", type=int, default=300, help="durée maximale de l’envoi (300 par défaut)")

    def handle(self, *_args: Any, **options: Any) -> None:
        services.wake_waiting()
        report = services.send_due(seconds=options["secondes"])
        summary = (
            f"E-mails envoyés : {report.sent} ; devenus inutiles : {report.skipped} ; "
            f"à réessayer : {report.postponed} ; en échec : {report.failed}."
        )
        if report.postponed or report.failed:
            raise CommandError(f"{summary} Les motifs se lisent dans l’administration, « Notifications ».")
        self.stdout.write(summary)
