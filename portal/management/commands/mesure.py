"""`manage.py mesure`: how fast the pages are, on data of a known size, beside their budgets."""

import json
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.benchmark import fill, report
from portal.benchmark.base import SIZES, Bench
from portal.benchmark.client import Connection, Timing, measure, sign_in
from portal.datafolder import StartError
from portal.processes import Process

PRIVATE, DOWNLOAD = "files/mesure/document", "téléchargement"
SIZES_SENT = {"2 Mo": 2_000_000, "20 Mo": 20_000_000}  # a letter, a report with its photos


class Command(BaseCommand):
    help = (
        "Mesure les pages du portail sur des dossiers inventés, dans une base à part, sous le serveur de production."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--taille", choices=SIZES, default="10k", help="nombre de dossiers (défaut : %(default)s)")
        parser.add_argument("--json", type=Path, metavar="FICHIER", help="écrire aussi les chiffres dans ce fichier")
        parser.add_argument("--secondes", type=float, default=4, help="durée de chaque mesure (défaut : %(default)s)")
        parser.add_argument(
            "--neuve", action="store_true", help="refaire la base au lieu de reprendre celle qui existe"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            bench = Bench(options["taille"])
            self._prepare(bench, new=options["neuve"])
            found = self._inside(bench)
            timings = self._timings(bench, found, options["secondes"])
        except StartError as problem:
            raise CommandError(str(problem)) from problem
        rows = report.budgets(timings[fill.MEDIAN], timings[fill.LARGEST], found["sql"])
        for who, title in ((fill.MEDIAN, "Réparateur médian (100 dossiers)"), (fill.LARGEST, "Le plus grand")):
            self.stdout.write("\n".join(report.lines(title, timings[who], found["sql"][who])))
        self.stdout.write("\n".join(report.budget_lines(rows)))
        if options["json"]:
            told = report.as_json(bench, timings, found["sql"], rows)
            options["json"].write_text(json.dumps(told, ensure_ascii=False, indent=1))

    def _prepare(self, bench: Bench, *, new: bool) -> None:
        began = time.monotonic()
        if new:
            bench.drop()
        bench.make()
        with bench.owner() as owner:
            if not fill.is_full(owner, bench.dossiers):
                fill.fill(owner, bench.dossiers)
        _write(bench, PRIVATE, "2 Mo")
        for label in SIZES_SENT:
            _write(bench, f"static/{_static(label)}", label)
        self.stdout.write(f"{bench.dossiers} dossiers prêts en {time.monotonic() - began:.0f} s ({bench.name}).")

    def _inside(self, bench: Bench) -> dict[str, Any]:
        target = bench.data.path / "interieur.json"
        bench.step("interieur", "-m", "portal.benchmark.inside", str(target))
        found: dict[str, Any] = json.loads(target.read_text())
        for who, statements in found["statements"].items():
            _statements(bench, who).write_text(json.dumps(statements))
        return found

    def _timings(self, bench: Bench, found: dict[str, Any], seconds: float) -> dict[str, dict[str, Timing]]:
        """The portal's pages, and each yardstick right beside the list it is compared with."""
        timings: dict[str, dict[str, Timing]] = {}
        with ExitStack() as stack:
            self._run(stack, bench.server())
            plain, plain_port = bench.yardstick(
                "portal.wsgi", DJANGO_SETTINGS_MODULE="portal.benchmark.plain_settings"
            )
            self._run(stack, plain)
            _wait(bench.run.port, plain_port)
            for who, pages in found["pages"].items():
                cookies = sign_in(bench.run.port, who, fill.PASSWORD)
                bare, bare_port = bench.yardstick(
                    "portal.benchmark.bare:application", MESURE_STATEMENTS=str(_statements(bench, who))
                )
                with ExitStack() as short:
                    self._run(short, bare)
                    _wait(bare_port)
                    timings[who] = {"vue simple": measure(plain_port, "/dossiers/", cookies, seconds)}
                    timings[who]["WSGI nu"] = measure(bare_port, "/", cookies, seconds)
                    for label, path in pages.items():
                        timings[who] |= (
                            _downloads(bench, path, cookies, seconds)
                            if label == DOWNLOAD
                            else {label: measure(bench.run.port, path, cookies, seconds)}
                        )
                for label in SIZES_SENT:
                    found["sql"][who][f"{DOWNLOAD} {label}"] = found["sql"][who][DOWNLOAD]
        return timings

    def _run(self, stack: ExitStack, process: Process) -> None:
        process.start()
        stack.callback(process.stop)


def _downloads(bench: Bench, path: str, cookies: str, seconds: float) -> dict[str, Timing]:
    """A small and a large private file, each right after the same bytes asked of nobody."""
    timings = {}
    for label in SIZES_SENT:
        _write(bench, PRIVATE, label)
        timings[f"statique {label}"] = measure(bench.run.port, f"/static/{_static(label)}", cookies, seconds)
        timings[f"{DOWNLOAD} {label}"] = measure(bench.run.port, path, cookies, seconds)
    return timings


def _static(label: str) -> str:
    return f"mesure-{label.replace(' ', '').lower()}.bin"


def _write(bench: Bench, place: str, label: str) -> None:
    """A file of that size, where the portal looks for it."""
    path = bench.data.path / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"%PDF-1.4\n" + bytes(SIZES_SENT[label]))


def _statements(bench: Bench, who: str) -> Path:
    return bench.data.path / f"{who}.json"


def _wait(*ports: int) -> None:
    """Until each answers, whatever it answers."""
    for port in ports:
        for _ in range(240):
            try:
                Connection(port, "/sante/vivant", "").ask()
            except OSError:
                time.sleep(0.25)
            except RuntimeError:
                break
            else:
                break
        else:
            raise StartError(f"Le serveur du port {port} ne répond pas.")
