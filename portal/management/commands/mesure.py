"""`manage.py mesure`: how fast the pages are, on data of a known size, beside their budgets."""

import json
import re
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.benchmark import fill, report
from portal.benchmark.base import SIZES, Bench
from portal.benchmark.client import Connection, Timing, measure, measure_yardstick, sign_in
from portal.benchmark.pages import SIMPLE_PAGES, STAFF_PAGES, Budget
from portal.datafolder import StartError
from portal.processes import Process

HEAVIEST = 1_000_000  # dossiers; beyond, what pages cost is measured and nothing else
PRIVATE, DOWNLOAD = "files/mesure/document", "téléchargement"
SIZES_SENT = {"2 Mo": 2_000_000, "20 Mo": 20_000_000}  # a letter, a report with its photos
WHO = {
    fill.MEDIAN: "Réparateur médian (100 dossiers)",
    fill.LARGEST: "Le plus grand",
    fill.STAFF: "Le plus grand cabinet, à côté de l’admin de Django",
}


class Command(BaseCommand):
    help = (
        "Mesure les pages du portail sur des dossiers inventés, dans une base à part, sous le serveur de production."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--taille", choices=SIZES, default="10k", help="nombre de dossiers (défaut : %(default)s)")
        parser.add_argument("--json", type=Path, metavar="FICHIER", help="écrire aussi les chiffres dans ce fichier")
        parser.add_argument("--secondes", type=float, default=4, help="durée de chaque mesure (défaut : %(default)s)")
        parser.add_argument(
            "--pages", type=int, default=0, help="demander encore autant de listes, et dire la mémoire du web après"
        )
        parser.add_argument(
            "--neuve", action="store_true", help="refaire la base au lieu de reprendre celle qui existe"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            bench = Bench(options["taille"])
            self._prepare(bench, new=options["neuve"])
            found = self._inside(bench)
            timings = self._timings(bench, found, options["secondes"], options["pages"])
            heavy = self._heavy(bench) if bench.dossiers <= HEAVIEST else None
        except StartError as problem:
            raise CommandError(str(problem)) from problem
        shops = {who: found["sql"][who] for who in (fill.MEDIAN, fill.LARGEST)}
        rows = report.budgets(timings[fill.MEDIAN], timings[fill.LARGEST], shops)
        rows += (
            report.staff_budgets(timings[fill.STAFF]) + (report.heavy_budgets(heavy) if heavy else []) + self.memory
        )
        for who, title in WHO.items():
            self.stdout.write("\n".join(report.lines(title, timings[who], found["sql"][who])))
        self.stdout.write("\n".join([*(report.heavy_lines(heavy) if heavy else []), *report.budget_lines(rows)]))
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
            fill.hire(owner)
            owner.execute("SELECT settle_search()")  # an import was tried at the end of the last run
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

    def _heavy(self, bench: Bench) -> dict[str, Any]:
        """What workers and commands do; the import has as many rows as the base, a hundred thousand at most."""
        target = bench.data.path / "lourd.json"
        bench.step("lourd", "-m", "portal.benchmark.heavy", str(target), str(min(bench.dossiers, 100_000)))
        told: dict[str, Any] = json.loads(target.read_text())
        return told

    def _timings(self, bench: Bench, found: dict[str, Any], seconds: float, more: int) -> dict[str, dict[str, Timing]]:
        """The portal's pages, and each yardstick right beside the list it is compared with."""
        timings: dict[str, dict[str, Timing]] = {}
        with ExitStack() as stack:
            server = bench.server()
            self._run(stack, server)
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
            timings[fill.STAFF] = self._staff(bench.run.port, plain_port, seconds)
            cookies = sign_in(bench.run.port, fill.MEDIAN, fill.PASSWORD)
            self.memory = _memory_after(more, server, bench.run.port, found["pages"][fill.MEDIAN]["liste"], cookies)
        return timings

    def _staff(self, port: int, plain_port: int, seconds: float) -> dict[str, Timing]:
        cookies = sign_in(port, fill.STAFF, fill.PASSWORD, lands="/admin/")
        timings: dict[str, Timing] = {}
        for ours, simple in zip(STAFF_PAGES.items(), SIMPLE_PAGES.items(), strict=True):
            timings[simple[0]] = measure_yardstick(plain_port, simple[1], cookies, seconds)
            timings[ours[0]] = measure(port, ours[1], cookies, seconds)
        return timings

    def _run(self, stack: ExitStack, process: Process) -> None:
        process.start()
        stack.callback(process.stop)


def _memory_after(pages: int, server: Process, port: int, path: str, cookies: str) -> list[Budget]:
    """The largest of the server's own processes, in MiB, after so many pages more."""
    if not pages or server.popen is None:
        return []
    connection = Connection(port, path, cookies)
    for _ in range(pages):
        connection.ask()
    children = Path(f"/proc/{server.popen.pid}/task/{server.popen.pid}/children").read_text().split()
    held = [re.findall(r"VmRSS:\s+(\d+)", Path(f"/proc/{child}/status").read_text()) for child in children]
    largest = max(int(found[0]) for found in held) / 1024
    return [Budget(f"processus web après {pages} pages", largest, 160, 250, False, "Mio")]


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
