"""What every admin page inherits: rows, choices, filters, deletions and history of the actor's own tenant only.

Django's admin reaches rows by many more ways than `get_queryset`; each is closed here once, so that a registration
cannot forget it. `tests/test_admin_isolation.py` opens every one of them again and must turn red.
"""

import functools
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, ClassVar, cast

from django import forms
from django.contrib import admin
from django.contrib.admin.options import BaseModelAdmin
from django.contrib.admin.utils import NestedObjects
from django.contrib.admin.widgets import ForeignKeyRawIdWidget
from django.core.exceptions import (
    NON_FIELD_ERRORS,
    FieldDoesNotExist,
    ImproperlyConfigured,
    PermissionDenied,
    ValidationError,
)
from django.db import DEFAULT_DB_ALIAS, models
from django.db.models.expressions import Combinable
from django.forms.models import ModelChoiceField
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.text import capfirst

from accounts import journal
from accounts.adminlists import CappedPaginator
from accounts.adminrefusals import KeyedAutocomplete, Refusing
from accounts.historylines import history_of
from accounts.http import ActorRequest
from accounts.menus import Menu
from accounts.models import JournalEntry
from accounts.scope import ANONYMOUS, BY_CABINET, Actor, Kind, TenantModel, TenantPath

if TYPE_CHECKING:
    _Base = BaseModelAdmin[Any]
    _Admin = admin.ModelAdmin[Any]
    _Inline = admin.TabularInline[Any, Any]
    _Form = forms.ModelForm[Any]
    _RawId = ForeignKeyRawIdWidget
else:
    _Base, _Admin, _Inline = object, admin.ModelAdmin, admin.TabularInline
    _Form, _RawId = forms.BaseModelForm, ForeignKeyRawIdWidget

STAFF_KINDS = frozenset({Kind.STAFF, Kind.NETWORK})
NETWORK_ONLY = frozenset({Kind.NETWORK})
NOBODY: frozenset[Kind] = frozenset()

EVENT_LABELS: dict[str, str] = {"added": "Ajout", "changed": "Modification"}  # apps add the names of their own events


def actor_of(request: HttpRequest) -> Actor:
    return cast("ActorRequest", request).actor


def rows(model: type[models.Model], actor: Actor) -> "models.QuerySet[Any]":
    """The rows of any model this actor may see; what is no tenant's (people) only the network sees."""
    if issubclass(model, TenantModel):
        return cast("Any", model).objects.visible_to(actor)  # type: ignore[no-any-return]
    everything: models.QuerySet[Any] = models.QuerySet(model)
    return everything if actor.sees_everything else everything.none()


def refuse_shared_paths(model: type[models.Model], paths: Iterable[Any]) -> None:
    """Raise `ImproperlyConfigured` for a path that follows a relation backwards: it ends in other tenants' rows."""
    for path in paths:
        step: Any = model
        for part in str(path).strip("-^=@").split("__"):
            try:
                field = step._meta.get_field(part)
            except (AttributeError, FieldDoesNotExist):
                break  # a method, a transform or a lookup: no relation to follow
            if field.one_to_many or field.many_to_many or (field.one_to_one and field.auto_created):
                message = f"{model.__name__}: « {path} » leads through a shared row to other tenants' rows."
                raise ImproperlyConfigured(message)
            step = field.related_model


class ScopedRelatedFilter(admin.RelatedFieldListFilter):
    """A filter on a foreign key whose choices are rows, and therefore scoped."""

    def field_choices(
        self, field: Any, request: HttpRequest, model_admin: "admin.ModelAdmin[Any]"
    ) -> list[tuple[Any, Any]]:
        found = rows(field.remote_field.model, actor_of(request))
        return sorted(((row.pk, str(row)) for row in found), key=lambda choice: choice[1].casefold())


class NamelessRawIdWidget(_RawId):
    """Django's own looks up the name of whatever identifier stands in the box, or in the address."""

    def label_and_url_for_value(self, value: Any) -> tuple[str, str]:
        return "", ""


class ScopedForm(_Form):
    """Scope every choice again in the form: a widget's list being scoped says nothing about what is posted."""

    actor: Actor

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, ModelChoiceField) and field.queryset is not None:
                allowed = rows(field.queryset.model, self.actor).values("pk")
                field.queryset = field.queryset.filter(pk__in=allowed)

    def _get_validation_exclusions(self) -> set[str]:
        """What staff add is their cabinet's, whatever was posted; what may stand there once is looked for there."""
        left_out: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]
        if self.actor.kind != Kind.STAFF or not hasattr(self.instance, "cabinet_id"):
            return left_out
        if self.instance.pk is None:
            self.instance.cabinet_id = self.actor.cabinet_ids[0]
        return left_out - {"cabinet"}

    def _update_errors(self, errors: ValidationError) -> None:
        """What is wrong with a field that is not shown is said above the form."""
        told = getattr(errors, "error_dict", {})
        for name in told.keys() - self.fields.keys() - {NON_FIELD_ERRORS}:
            told.setdefault(NON_FIELD_ERRORS, []).extend(told.pop(name))
        super()._update_errors(errors)  # type: ignore[misc]


class Scoped(_Base):
    """Rights follow from the kind of actor and, for staff, their menus; nobody writes unless declared.

    A page that names no `menu` is the settings': a narrow guess; `tests/test_staff_rights.py` asks for the name.
    """

    menu: ClassVar[Menu | None] = None  # the right that opens the page
    act_menu: ClassVar[Menu | None] = None  # the one that lets add, change and remove; None: the same

    viewers = STAFF_KINDS
    adders = NOBODY
    changers = NOBODY
    deleters = NOBODY
    view_on_site = False

    def _may(self, request: HttpRequest, kinds: frozenset[Kind]) -> bool:
        """Staff write only rows that are their cabinet's: what several cabinets share is nobody's to change."""
        kind = actor_of(request).kind
        paths = getattr(self.model, "tenant_paths", {})
        of_theirs = kind != Kind.STAFF or paths.get(Kind.STAFF) == BY_CABINET
        return kind in kinds and of_theirs and self._opens(request, self.act_menu or self.menu)

    def _opens(self, request: HttpRequest, menu: Menu | None) -> bool:
        return actor_of(request).opens(menu or Menu.SETTINGS)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return actor_of(request).kind in self.viewers and self._opens(request, self.menu)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, self.adders)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, self.changers)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, self.deleters)

    def get_queryset(self, request: HttpRequest) -> "models.QuerySet[Any]":
        found = rows(self.model, actor_of(request))
        ordering = self.get_ordering(request)
        return found.order_by(*ordering) if ordering else found

    def get_field_queryset(
        self, db: str | None, db_field: Any, request: HttpRequest | None
    ) -> "models.QuerySet[Any] | None":
        """Choices are rows too; this queryset both fills the list and validates what is posted."""
        return rows(db_field.remote_field.model, actor_of(request) if request else ANONYMOUS)

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name in self.raw_id_fields:
            kwargs.setdefault("widget", NamelessRawIdWidget(db_field.remote_field, self.admin_site))
        elif db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", KeyedAutocomplete(db_field, self.admin_site))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def without_cabinet(self, request: HttpRequest, names: Iterable[Any]) -> list[Any]:
        """Staff have one cabinet, named at the top of every page: no column and no field repeats it."""
        own = tenant_fields(self.model, {Kind.STAFF} & {actor_of(request).kind})
        return [name for name in names if name not in own or name != "cabinet"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.without_cabinet(request, super().get_fields(request, obj))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[Any, ...]:
        """A row never changes owner; staff add to their own cabinet, the network chooses whose a new row is."""
        declared = tuple(super().get_readonly_fields(request, obj))
        kinds = {Kind.STAFF} & {actor_of(request).kind} if obj is None else set(Kind)
        return (*declared, *(name for name in tenant_fields(self.model, kinds) if name not in declared))


def tenant_fields(model: type[models.Model], kinds: set[Kind]) -> list[str]:
    """The fields that say whose a row is, to these kinds of actors."""
    paths: dict[Kind, TenantPath] = getattr(model, "tenant_paths", {})
    names = {path.split("__")[0] for kind, (path, _) in paths.items() if kind in kinds}
    return sorted(names & {field.name for field in model._meta.fields})


@functools.cache
def told_only(opts: Any, name: str) -> Callable[[models.Model], str]:
    """The row a field names, in words."""

    def told(row: models.Model) -> str:
        return str(getattr(row, name) or "–")

    told.__name__ = name
    told.short_description = opts.get_field(name).verbose_name  # type: ignore[attr-defined]
    return told


class TenantModelAdmin(Refusing, Scoped, _Admin):
    """The only kind of registration `StaffAdminSite` takes."""

    show_full_result_count = False
    paginator = CappedPaginator
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50
    list_max_show_all = 50
    ordering: ClassVar[tuple[str | Combinable, ...] | list[str | Combinable] | None] = ("-pk",)
    object_history_template = "admin/object_history.html"
    lists_part: ClassVar[bool] = False  # a queue: what is done with is not listed
    list_title: ClassVar[str] = ""  # what the list is called; empty: the plural of its rows
    add_label: ClassVar[str] = ""  # what adding is called here; empty: « Ajouter »

    def __init__(self, model: type[Any], admin_site: admin.AdminSite) -> None:
        super().__init__(model, admin_site)
        filters = [item[0] if isinstance(item, (tuple, list)) else item for item in self.list_filter or ()]
        paths = (*self.search_fields, *filters, *(self.ordering or ()), *self.list_display, self.date_hierarchy)
        refuse_shared_paths(model, [path for path in paths if isinstance(path, str)])

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """An absent row and a foreign one get one answer; Django's would name the identifier on the index page."""
        found = super().get_object(request, object_id, from_field or None)
        if found is None:
            raise Http404
        return found

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        title = self.list_title or capfirst(str(self.opts.verbose_name_plural))
        context = {"title": title, "add_label": self.add_label or "Ajouter", **(extra_context or {})}
        return super().changelist_view(request, context)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """Titles that are French whatever the gender of what is added: Django's put « de » before any name."""
        name = capfirst(str(self.opts.verbose_name))
        context = {"title": name if object_id else self.add_label or f"{name} : ajout", **(extra_context or {})}
        return super().changeform_view(request, object_id, form_url, context)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """What is only read leads nowhere its reader may not go: Django links every row it names."""
        found = super().get_fieldsets(request, obj)
        return [(name, more | {"fields": self._readable(request, more["fields"], obj)}) for name, more in found]

    def _readable(self, request: HttpRequest, names: Iterable[Any], obj: Any) -> list[Any]:
        names = self.without_cabinet(request, names)
        if obj is None or self.has_change_permission(request, obj):
            return names
        return [told_only(self.opts, name) if self._is_closed(request, name) else name for name in names]

    def _is_closed(self, request: HttpRequest, name: Any) -> bool:
        """Whether this field names a row of a page these staff may not open."""
        field = next((one for one in self.opts.concrete_fields if one.name == name and one.is_relation), None)
        target = cast("type[models.Model]", field.related_model) if field else None
        if target is None or not self.admin_site.is_registered(target):
            return False
        return not self.admin_site.get_model_admin(target).has_view_permission(request)

    def get_list_display(self, request: HttpRequest) -> Any:
        return self.without_cabinet(request, super().get_list_display(request))

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        return type(form.__name__, (ScopedForm, form), {"actor": actor_of(request)})

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        return [self._scoped_filter(item) for item in super().get_list_filter(request)]

    def _scoped_filter(self, item: Any) -> Any:
        path, kind = (item[0], item[1]) if isinstance(item, (tuple, list)) else (item, None)
        if not isinstance(path, str) or (isinstance(kind, type) and issubclass(kind, ScopedRelatedFilter)):
            return item
        step: Any = self.model
        for part in path.split("__"):
            field = step._meta.get_field(part)
            step = field.related_model
        return (path, ScopedRelatedFilter) if field.is_relation else item

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Only what a declared filter offers: Django lets through any lookup on the model's own columns."""
        for item in self.get_list_filter(request):
            if isinstance(item, type) and issubclass(item, admin.SimpleListFilter):
                if lookup == item.parameter_name:
                    return True
                continue
            path = item[0] if isinstance(item, (tuple, list)) else item
            if lookup == path or lookup.startswith(f"{path}__"):
                return super().lookup_allowed(lookup, value, request)
        return False

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[Any]]:
        """Name what goes with a row as far as the actor may see it; the rest neither by name nor by number."""
        objs = list(objs)
        collector = NestedObjects(using=DEFAULT_DB_ALIAS, origin=objs)
        collector.collect(objs)
        seen = _sight(actor_of(request))
        collector.edges = {row: [child for child in found if seen(child)] for row, found in collector.edges.items()}
        found_by_model = cast("dict[type[models.Model], set[Any]]", collector.model_objs)
        visible = {model: [row for row in found if seen(row)] for model, found in found_by_model.items()}
        counts = {str(model._meta.verbose_name_plural): len(found) for model, found in visible.items() if found}
        lacking = {str(model._meta.verbose_name) for model in visible if not self._may_delete(model, request)}
        protected = [_described(row) for row in collector.protected if seen(row)]
        return collector.nested(_described), counts, lacking, protected

    def _may_delete(self, model: type[models.Model], request: HttpRequest) -> bool:
        registered = self.admin_site.is_registered(model)
        return registered and self.admin_site.get_model_admin(model).has_delete_permission(request)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The journal and what the row said before, scoped; Django's own log is nobody's tenant's."""
        row = self.get_object(request, object_id)
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": f"Historique : {row}",
            "entries": journal_of(row, actor_of(request)),
            "lines": history_of(row, actor_of(request), rows),
            "module_name": str(capfirst(self.opts.verbose_name_plural)),
            "object": row,
            "opts": self.opts,
            "preserved_filters": self.get_preserved_filters(request),
            **(extra_context or {}),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, self.object_history_template, context)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        return journal.record(obj, "added", actor=actor_of(request))

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Which fields were changed; never what they said: shop and cabinet read this."""
        return journal.record(obj, "changed", actor=actor_of(request), changes=message)

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        return [journal.record(row, "deleted", actor=actor_of(request)) for row in queryset]


class TenantInline(Scoped, _Inline):  # type: ignore[misc]
    """Rows shown inside their parent's page, under the same rules."""

    extra = 0
    show_change_link = True
    can_delete = False


def journal_of(row: models.Model, actor: Actor, at_most: int = 200) -> list[JournalEntry]:
    """The newest entries about a row, each with `event_label`."""
    about = JournalEntry.objects.visible_to(actor).filter(subject_type=row._meta.label_lower, subject_id=row.pk)
    found = list(about.order_by("-at", "-pk")[:at_most])
    for entry in found:
        entry.event_label = EVENT_LABELS.get(entry.event, entry.event)  # type: ignore[attr-defined]
    return found


def _described(row: models.Model) -> str:
    return f"{capfirst(str(row._meta.verbose_name))} : {row}"


def _sight(actor: Actor) -> Callable[[models.Model], bool]:
    return lambda row: rows(type(row), actor).filter(pk=row.pk).exists()
