"""The forms of a dossier's page: each posts to an address of its own, calls one service, and says what came of it."""

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import URLPattern, path

from accounts.exceptions import NotAllowed
from accounts.tenantadmin import actor_of
from claims.admin.forms import ActionForm, PublishForm, SiretForm, said
from claims.services.documents import publish_document
from claims.services.dossiers import advance, correct_siret

if TYPE_CHECKING:
    from accounts.tenantadmin import TenantModelAdmin as _Admin
else:
    _Admin = object


class PostedForms(_Admin):
    """A page that carries forms beside Django's own: one row, one service, one message, and back to the page."""

    # The last part of the address → the method that does it; its URL is <model>_<method>. Each part of a page adds its
    # own to those of the others.
    posts: dict[str, str] = {}

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        own = [
            path(f"<int:pk>/{slug}/", self.admin_site.admin_view(self._posted(method)), name=f"{name}_{method}")
            for base in type(self).__mro__
            for slug, method in vars(base).get("posts", {}).items()
        ]
        return own + super().get_urls()

    def _posted(self, method: str) -> Any:
        def view(request: HttpRequest, pk: int) -> HttpResponse:
            if not self.has_view_permission(request):
                raise PermissionDenied
            row = self.get_object(request, str(pk))
            if request.method != "POST":
                return HttpResponseNotAllowed(["POST"])
            try:
                level, said_back = getattr(self, method)(request, row)
            except NotAllowed as refusal:
                level, said_back = messages.ERROR, str(refusal)
            except ValidationError as refusal:
                level, said_back = messages.ERROR, " ".join(refusal.messages)
            self.message_user(request, said_back, level)
            return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", pk)

        return view


class Workspace(PostedForms):
    """What staff do to a dossier."""

    posts = {"agir": "act", "publier": "publish", "siret": "attach", "dates": "date"}

    def act(self, request: HttpRequest, dossier: Any) -> tuple[int, str]:
        form = ActionForm(request.POST)
        if not form.is_valid():
            return messages.ERROR, said(form)
        action = form.cleaned_data["action"]
        moved = advance(dossier, action, actor=actor_of(request))
        return messages.SUCCESS, f"« {action.label} » : le dossier est à l'état « {moved.get_state_display()} »."

    def publish(self, request: HttpRequest, dossier: Any) -> tuple[int, str]:
        form = PublishForm(request.POST, request.FILES)
        if not form.is_valid():
            return messages.ERROR, said(form)
        document, is_new = publish_document(
            dossier, form.cleaned_data.pop("file"), actor=actor_of(request), **form.cleaned_data
        )
        if not is_new:
            return messages.WARNING, f"Ce fichier était déjà publié : « {document.label} »."
        return messages.SUCCESS, f"« {document.label} » est publié : le réparateur le voit maintenant."

    def attach(self, request: HttpRequest, dossier: Any) -> tuple[int, str]:
        form = SiretForm(request.POST, dossier=dossier, actor=actor_of(request))
        if not form.is_valid() or form.link is None:
            return messages.ERROR, said(form)
        correct_siret(dossier, form.link, actor=actor_of(request))
        return messages.SUCCESS, f"Le dossier est rattaché à {form.link.establishment}."
