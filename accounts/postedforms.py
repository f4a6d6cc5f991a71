"""Forms on a page of the admin beside Django's own, each posted to an address of its own."""

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import URLPattern, reverse
from django.urls import path as route
from psycopg.errors import DeadlockDetected, LockNotAvailable

from accounts.exceptions import NotAllowed
from accounts.menus import Menu
from accounts.tenantadmin import TenantModelAdmin, actor_of

if TYPE_CHECKING:
    _Mixed = TenantModelAdmin
else:
    _Mixed = object


HELD = "Un import ou un collègue s’en occupe en ce moment : rien n’a été changé. Réessayez dans une minute."


class PostedForms(_Mixed):
    """A page that carries forms beside Django's own: one row, one service, one message, and back to the page."""

    # The last part of the address → the method that does it; its URL is <model>_<method>. Each part of a page adds its
    # own to those of the others, and in `post_menus` the right each takes beside the page's.
    posts: ClassVar[dict[str, str]] = {}
    post_menus: ClassVar[dict[str, Menu]] = {}

    @classmethod
    def gathered(cls, name: str) -> dict[str, Any]:
        """`posts` or `post_menus` of all the parts."""
        return {key: value for base in reversed(cls.__mro__) for key, value in vars(base).get(name, {}).items()}

    def may_post(self, request: HttpRequest, method: str) -> bool:
        """Whether the actor holds the right this form takes; the page shows it only then (`may.<method>`)."""
        menu = self.gathered("post_menus").get(method, self.act_menu or self.menu or Menu.SETTINGS)
        return actor_of(request).opens(menu)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        may = {method: self.may_post(request, method) for method in self.gathered("posts").values()}
        return super().change_view(request, object_id, form_url, {"may": may, **(extra_context or {})})

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        own = [
            route(f"<int:pk>/{slug}/", self.admin_site.admin_view(self._posted(method)), name=f"{name}_{method}")
            for slug, method in self.gathered("posts").items()
        ]
        return own + super().get_urls()

    def _posted(self, method: str) -> Any:
        def view(request: HttpRequest, pk: int) -> HttpResponse:
            if not self.has_view_permission(request) or not self.may_post(request, method):
                raise PermissionDenied
            row = self.get_object(request, str(pk))
            if request.method != "POST":
                return HttpResponseNotAllowed(["POST"])
            level, said_back = self._attempt(method, request, row)
            self.message_user(request, said_back, level)
            return self.after_post(request, row, done=level < messages.ERROR)

        return view

    def _attempt(self, method: str, request: HttpRequest, row: Any) -> tuple[int, str]:
        try:
            level, said_back = getattr(self, method)(request, row)
        except NotAllowed as refusal:
            return messages.ERROR, str(refusal)
        except ValidationError as refusal:
            return messages.ERROR, " ".join(refusal.messages)
        except OperationalError as problem:
            if not isinstance(problem.__cause__, (DeadlockDetected, LockNotAvailable)):
                raise
            return messages.ERROR, HELD
        return level, said_back

    def after_post(self, request: HttpRequest, row: Any, *, done: bool) -> HttpResponse:
        """Back to the page of the row, at the part that was worked on; queues go on to the next row instead."""
        url = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[row.pk])
        part = request.POST.get("partie", "")
        return redirect(f"{url}#{part}" if part.isidentifier() else url)
