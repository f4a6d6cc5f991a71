"""What the staff's lists share: how many there are without counting all, acts on several rows, the list as a file."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import models
from django.forms import Form
from django.http import FileResponse, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property

from accounts import sheets
from accounts.exceptions import NotAllowed

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin

    _Admin = ModelAdmin[Any]
else:
    _Admin = object

COUNTED = 5_000  # rows; nobody turns a hundred pages, and counting a million takes longer than showing fifty
AT_ONCE = 200  # rows one act takes; each is a decision of its own, written to its own journal


class CappedPaginator(Paginator):  # type: ignore[type-arg]
    """Counts no further than anybody turns pages; more is found by a filter or a search."""

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        if not isinstance(rows, models.QuerySet):
            return len(rows)
        return int(rows.order_by().values("pk")[:COUNTED].count())  # the keys: what a list shows besides is not read


# Acts on several rows ------------------------------------------------------------------------------------------------


def confirmation(
    model_admin: Any, request: HttpRequest, chosen: list[Any], *, title: str, verb: str, form: Form | None = None
) -> TemplateResponse:
    """Ask before anything is done: what is about to happen, to which rows, and what else must be said."""
    context = {
        **model_admin.admin_site.each_context(request),
        "title": title,
        "verb": verb,
        "opts": model_admin.opts,
        "chosen": chosen,
        "too_many": len(chosen) > AT_ONCE,
        "at_once": AT_ONCE,
        "form": form,
        "action": request.POST.get("action", ""),
        "checkbox": ACTION_CHECKBOX_NAME,
    }
    return TemplateResponse(request, "admin/confirm.html", context)


def is_confirmed(request: HttpRequest, chosen: list[Any]) -> bool:
    return "confirmed" in request.POST and 0 < len(chosen) <= AT_ONCE


def each(chosen: Iterable[Any], act: Callable[[Any], Any]) -> tuple[int, list[str]]:
    """Do one thing to each; what one refuses does not keep the others from it."""
    done, refusals = 0, []
    for row in chosen:
        try:
            act(row)
            done += 1
        except NotAllowed as refusal:
            refusals.append(f"{row} : {refusal}")
        except ValidationError as refusal:
            refusals.append(f"{row} : {' '.join(refusal.messages)}")
    return done, refusals


def report(model_admin: Any, request: HttpRequest, outcome: tuple[int, list[str]], what: str) -> None:
    """How many were done, then why each of the others was not."""
    done, refusals = outcome
    model_admin.message_user(request, f"{what} : {done}.", messages.SUCCESS if done else messages.WARNING)
    for sentence in refusals:
        model_admin.message_user(request, sentence, messages.ERROR)


# The list as a file --------------------------------------------------------------------------------------------------

Column = tuple[str, Callable[[Any], sheets.Value]]


def as_file(model_admin: Any, request: HttpRequest, columns: list[Column], *, name: str) -> FileResponse:
    """The list as it is filtered, searched and ordered, of the rows one may see; CSV unless XLSX is asked for."""
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    kind = "xlsx" if request.GET.get("format") == "xlsx" else "csv"
    asked = request.GET.copy()
    asked.pop("format", None)  # no filter of the list
    request.GET = asked  # type: ignore[assignment]
    rows = model_admin.get_changelist_instance(request).get_queryset(request)
    rows = rows[: sheets.XLSX_LIMIT if kind == "xlsx" else sheets.CSV_LIMIT]
    header = [label for label, _ in columns]
    values = ([value(row) for _, value in columns] for row in rows.iterator(chunk_size=2_000))
    file = sheets.write_xlsx(header, values, title=name) if kind == "xlsx" else sheets.write_csv(header, values)
    return FileResponse(file, as_attachment=True, filename=f"{name}.{kind}")


class ExportedList(_Admin):
    """A list that is also had as a file, under the right that opens the list; `view_menus` names it `export`."""

    columns: ClassVar[list[Column]] = []
    file_name: ClassVar[str] = "liste"
    change_list_template = "admin/exported_list.html"

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_export"
        return [path("exporter/", self.admin_site.admin_view(self.export_view), name=name), *super().get_urls()]

    def export_view(self, request: HttpRequest) -> HttpResponseBase:
        """A filter that no page offers leads to the list, which says so."""
        try:
            return as_file(self, request, self.columns, name=self.file_name)
        except IncorrectLookupParameters:
            return redirect(f"{reverse(f'admin:{self.opts.app_label}_{self.opts.model_name}_changelist')}?e=1")
