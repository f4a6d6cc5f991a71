"""`manage.py relances`: what the workers do each working morning, by hand."""

from typing import Any

from django.core.management.base import BaseCommand

from claims.services.reminders import remind


class Command(BaseCommand):
    help = (
        "Écrit les relances du jour : ce qui est en retard, pas encore envoyé ni annoncé, selon les règles de chaque "
        "cabinet. Sans danger à relancer : une seule lettre par personne et par jour."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        report = remind()
        if report.had_run:
            self.stdout.write("Les relances du jour sont déjà écrites : rien n’a été ajouté.")
        else:
            self.stdout.write(f"{report.dossiers} dossier(s) relancé(s), {report.letters} lettre(s) écrite(s).")
