"""`manage.py import_dossiers`: the nightly file of a cabinet's software."""

from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from accounts.models import Cabinet
from claims.management.stopping import stoppable
from claims.services.imports.dossiers import import_dossiers
from claims.services.imports.reading import Source
from claims.services.imports.report import SHOWN, RejectsFile, Report, SourceError

INTERRUPTED = (
    "Import interrompu : le fichier est entré en entier ou pas du tout. Relancez l’import, il est sans risque."
)
UNREACHABLE = "La base de données ne répond plus : le fichier est entré en entier ou pas du tout. Relancez l’import."
BUSY = "Un autre import de ce cabinet est en cours : celui-ci attend son tour."


class Command(BaseCommand):
    help = (
        "Importe les dossiers d’un cabinet depuis un fichier CSV (séparateur « ; » ou « , », UTF-8 ou Windows-1252). "
        "Les dossiers sont reconnus à leur référence : créés ou mis à jour. Une colonne absente laisse la valeur "
        "enregistrée, une cellule vide l’efface. Une ligne fausse est rejetée avec son motif, les autres entrent ; "
        "un SIRET faux n’est pas un rejet : le dossier entre, rattaché à personne, à corriger. "
        "Sort avec 0 si tout est entré, 1 s’il reste des rejets."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FICHIER", type=Path, help="le fichier CSV")
        parser.add_argument("--cabinet", required=True, metavar="CODE", help="le code du cabinet")
        parser.add_argument("--dry-run", action="store_true", help="essai : tout est vérifié, rien n’est enregistré")
        parser.add_argument(
            "--rejets", type=Path, metavar="FICHIER", help="où écrire les lignes rejetées, à corriger et réimporter"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        path, rejects = Path(options["file"]), options["rejets"] and Path(options["rejets"])
        with stoppable(INTERRUPTED, UNREACHABLE), ExitStack() as stack:
            cabinet = cabinet_of(options["cabinet"])
            try:
                report = self.run(cabinet, path, rejects, stack, dry_run=options["dry_run"])
            except (SourceError, RuntimeError) as problem:
                raise CommandError(f"{path} : {problem}") from problem
        self.tell(report, rejects, dry_run=options["dry_run"])

    def run(self, cabinet: Cabinet, path: Path, rejects: Path | None, stack: ExitStack, *, dry_run: bool) -> Report:
        """Import under a progress bar, which only a terminal shows."""
        file = stack.enter_context(opened(path))
        source = Source(file)
        sink = _rejects_file(rejects, path, source, stack)
        bar = stack.enter_context(
            tqdm(total=path.stat().st_size, unit="o", unit_scale=True, disable=None, desc=path.name, leave=False)
        )

        def progress(_rows: int) -> None:
            bar.update(file.tell() - bar.n)

        return import_dossiers(
            cabinet,
            source,
            **({"rejected": sink} if sink else {}),
            progress=progress,
            waiting=lambda: self.stderr.write(BUSY),
            dry_run=dry_run,
        )

    def tell(self, report: Report, rejects: Path | None, *, dry_run: bool) -> None:
        """The report; refused rows make the command fail, though the others are in."""
        for warning in report.warnings:
            self.stderr.write(f"Attention : {warning}")
        for reject in report.first_rejects:
            self.stderr.write(str(reject))
        if report.rejected > SHOWN:
            self.stderr.write(f"… et {report.rejected - SHOWN} autres lignes rejetées.")
        self.stdout.write("\n".join(report.lines()))
        if dry_run:
            self.stdout.write("Essai : rien n’a été enregistré.")
        if report.rejected:
            where = f", écrites dans {rejects}" if rejects else " (avec --rejets FICHIER, elles sont écrites à part)"
            raise CommandError(f"Lignes rejetées : {report.rejected}{where}.")


def cabinet_of(code: str) -> Cabinet:
    """The cabinet of a code; codes are public, the list of them is not told all the same."""
    cabinet = Cabinet.objects.filter(code=code.strip().upper()).first()
    if cabinet is None:
        raise CommandError(f"Aucun cabinet n’a le code « {code} ».")
    return cabinet


def opened(path: Path) -> BinaryIO:
    """The file's bytes; raises `CommandError` for what is no readable file."""
    if path.is_dir():
        raise CommandError(f"{path} est un dossier : indiquez le fichier CSV.")
    if path.exists() and not path.is_file():
        raise CommandError(f"{path} n’est pas un fichier ordinaire.")
    try:
        return path.open("rb")
    except OSError as problem:
        raise CommandError(f"{path} ne peut pas être lu : {_reason(problem)}.") from problem


def _rejects_file(path: Path | None, source_path: Path, source: Source, stack: ExitStack) -> RejectsFile | None:
    if path is None:
        return None
    if path.resolve() == source_path.resolve():
        raise CommandError("Le fichier des rejets ne peut pas remplacer le fichier importé.")
    if path.is_dir():
        raise CommandError(f"{path} est un dossier : indiquez le fichier des rejets à écrire.")
    try:
        sink = stack.enter_context(RejectsFile(path))
    except OSError as problem:
        raise CommandError(f"{path} ne peut pas être écrit : {_reason(problem)}.") from problem
    sink.header(source.header)
    return sink


def _reason(problem: OSError) -> str:
    known = {FileNotFoundError: "il n’existe pas", PermissionError: "l’accès est refusé"}
    return known.get(type(problem), problem.strerror or "erreur du système")
