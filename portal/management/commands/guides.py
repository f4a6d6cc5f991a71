"""`manage.py guides`: the user guides on paper, kept with the project so that no web process ever prints."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from accounts import printing
from portal.guide import GUIDES, printable


class Command(BaseCommand):
    help = "Écrit les guides en PDF dans static/pdf, à relancer quand leur texte a changé."
    requires_system_checks: list[str] = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        for guide in GUIDES:
            path = settings.BASE_DIR / "static" / guide.pdf
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(printing.render(printable(guide, printing.fonts())))
            self.stdout.write(f"{guide.title} : {path.stat().st_size // 1000} Ko")
