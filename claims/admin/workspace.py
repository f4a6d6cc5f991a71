"""The forms of a dossier's page: each posts to an address of its own, calls one service, and says what came of it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest

from accounts.menus import Menu
from accounts.postedforms import PostedForms
from accounts.tenantadmin import actor_of
from claims.admin.forms import ActionForm, PublishForm, SiretForm, said
from claims.services.documents import publish_document
from claims.services.dossiers import advance, correct_siret

__all__ = ["PostedForms", "Workspace"]


class Workspace(PostedForms):
    """What staff do to a dossier."""

    posts = {"agir": "act", "publier": "publish", "siret": "attach", "dates": "date"}
    post_menus = {"act": Menu.ACT, "publish": Menu.PUBLISH, "attach": Menu.ACT, "date": Menu.DATES}

    def act(self, request: HttpRequest, dossier: Any) -> tuple[int, str]:
        form = ActionForm(request.POST)
        if not form.is_valid():
            return messages.ERROR, said(form)
        action = form.cleaned_data["action"]
        moved = advance(dossier, action, actor=actor_of(request))
        return messages.SUCCESS, f"« {action.label} » : le dossier est à l’état « {moved.get_state_display()} »."

    def publish(self, request: HttpRequest, dossier: Any) -> tuple[int, str]:
        form = PublishForm(request.POST, request.FILES, dossier=dossier, actor=actor_of(request))
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
