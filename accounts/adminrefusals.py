"""What the base refuses after a form was found right, and what is no choice at all: said in a sentence."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.admin.widgets import AutocompleteSelect
from django.db import IntegrityError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.validators import number_typed

if TYPE_CHECKING:
    _Admin = admin.ModelAdmin[Any]
    _Autocomplete = AutocompleteSelect
else:
    _Admin, _Autocomplete = object, AutocompleteSelect

TWICE = "Rien n’a été enregistré : cette ligne existe déjà, ou quelqu’un vient de l’ajouter. Ouvrez celle de la liste."
IN_USE = "Rien n’a été supprimé : d’autres lignes en dépendent, qui ne sont pas toutes à vous."
UNDONE = "Rien n’a été changé : quelqu’un vient de le faire, ou d’autres lignes en dépendent. Vérifiez dans la liste."


@contextmanager
def whole() -> Iterator[None]:
    """Foreign keys are looked at here, not at the end of the request, when nothing could be said any more."""
    with transaction.atomic():
        yield
        connection.check_constraints()


class KeyedAutocomplete(_Autocomplete):
    """Django's own looks up whatever was posted, before it says that it is no choice."""

    def optgroups(self, name: str, value: Sequence[str], attrs: dict[str, Any] | None = None) -> Any:
        return super().optgroups(name, [key for key in value if number_typed(str(key))], attrs)


class Refusing(_Admin):
    """A page that says what the base refused: a second click, a colleague's, a row others hold on to."""

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        try:
            return super().changelist_view(request, extra_context)
        except IntegrityError:
            return self._refused(request, IN_USE if request.POST.get("action") == "delete_selected" else UNDONE)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().changeform_view(request, *args, **kwargs)
        except IntegrityError:
            return self._refused(request, TWICE)

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None) -> Any:
        try:
            return super().delete_view(request, object_id, extra_context)
        except IntegrityError:
            return self._refused(request, IN_USE)

    def _refused(self, request: HttpRequest, why: str) -> HttpResponse:
        self.message_user(request, why, messages.ERROR)
        return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        with whole():
            super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        with whole():
            super().delete_queryset(request, queryset)
