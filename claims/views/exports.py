"""The shown list as a file."""

from collections.abc import Iterator
from dataclasses import replace

from django.core.exceptions import PermissionDenied
from django.http import FileResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts import sheets
from accounts.http import ActorRequest
from accounts.scope import Actor, Kind, Right
from claims.forms import ListForm
from claims.models import Dossier
from claims.models.preferences import preferred
from claims.models.queries import ListRequest, search
from claims.views import columns
from claims.views.columns import Column
from claims.workflow import TAB_LABELS

BATCH = 1000  # dossiers in memory at once
_CUT = "Liste coupée après {} dossiers : filtrez-la dans le portail, ou exportez-la en CSV, pour avoir la suite."
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _asked(request: ActorRequest) -> tuple[Actor, ListRequest, list[Column]]:
    if request.actor.kind != Kind.REPAIRER:
        raise PermissionDenied("Cette liste est celle des réparateurs.")
    actor = request.actor.where(Right.VIEW)
    wanted = ListForm(request.GET, actor=actor).wanted()
    found = search(wanted.words) if wanted.words else ()
    return actor, replace(wanted, found=found, page=1), columns.chosen(preferred(request.actor).columns)


def _rows(
    actor: Actor, wanted: ListRequest, shown: list[Column], at_most: int = sheets.CSV_LIMIT
) -> Iterator[list[sheets.Value]]:
    """Read in batches and written before the answer leaves: its scope ends with the request.

    A list longer than a file may be says so in its last line: the file travels without the page it came from.
    """
    rows = Dossier.objects.visible_to(actor).for_export(actor, wanted, at_most + 1) if actor.sites else None
    dossiers = rows.iterator(BATCH) if rows is not None else ()
    for place, line in enumerate(columns.lines(dossiers, actor)):
        if place == at_most:
            yield [_CUT.format(f"{at_most:,}".replace(",", " "))]
            return
        yield [column.value(line) for column in shown]


def _named(wanted: ListRequest, extension: str) -> str:
    return f"Dossiers – {TAB_LABELS[wanted.tab]} – {timezone.localdate():%d-%m-%Y}.{extension}"


@require_safe
def dossiers_csv(request: ActorRequest) -> FileResponse:
    actor, wanted, shown = _asked(request)
    file = sheets.write_csv([column.name for column in shown], _rows(actor, wanted, shown))
    return FileResponse(file, as_attachment=True, filename=_named(wanted, "csv"), content_type="text/csv")


@require_safe
def dossiers_xlsx(request: ActorRequest) -> FileResponse:
    actor, wanted, shown = _asked(request)
    header = [column.name for column in shown]
    file = sheets.write_xlsx(header, _rows(actor, wanted, shown, sheets.XLSX_LIMIT), title=TAB_LABELS[wanted.tab])
    return FileResponse(file, as_attachment=True, filename=_named(wanted, "xlsx"), content_type=XLSX)
