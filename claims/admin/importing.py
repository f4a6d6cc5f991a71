"""« Importer un fichier »: tried first, its refused rows shown with their reasons, imported by one press."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path

from accounts.menus import Menu
from accounts.postedforms import PostedForms
from accounts.tenantadmin import EVENT_LABELS, STAFF_KINDS, TenantModelAdmin, actor_of
from claims.models import DossierFile
from claims.services.imports import files

EVENT_LABELS[files.IMPORTED] = "Fichier de dossiers importé"
KINDS = (".csv", ".txt", ".xlsx")


class FileForm(forms.ModelForm):  # type: ignore[type-arg]
    """A file of the cabinet's software."""

    file = forms.FileField(
        label="Fichier",
        help_text="CSV ou XLSX, 50 Mo au plus. Rien n’entre avant que vous ayez vu ce que le fichier ferait.",
        widget=forms.FileInput(attrs={"accept": ",".join(KINDS)}),
        error_messages={"required": "Choisissez un fichier.", "empty": "Ce fichier est vide."},
    )

    class Meta:
        model = DossierFile
        fields = ("file",)

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > files.LARGEST:
            raise ValidationError("Ce fichier dépasse 50 Mo : découpez-le.")
        if not (file.name or "").lower().endswith(KINDS):
            raise ValidationError("Choisissez un fichier .csv ou .xlsx, tel que votre logiciel ou un tableur l’écrit.")
        return file


@admin.register(DossierFile)
class DossierFileAdmin(PostedForms, TenantModelAdmin):
    """Added by those who see the whole cabinet; never changed, its report stays."""

    menu = Menu.ACT
    adders = STAFF_KINDS
    add_label = "Importer un fichier de dossiers"
    list_display = ("name", "state", "created_at", "ended_at", "cabinet")
    list_filter = ("state",)
    ordering = ("-created_at", "-pk")
    sortable_by = ()
    posts = {"importer": "enter"}
    post_menus = {"enter": Menu.ACT}
    view_menus = {"rejects": Menu.ACT}
    change_form_template = "admin/claims/dossierfile/change_form.html"
    add_form_template = "admin/claims/dossierfile/add_form.html"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.rejects_view)
        return [path("<int:pk>/rejets/", view, name="claims_dossierfile_rejects"), *super().get_urls()]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_add_permission(request, obj) and actor_of(request).entrusted is None

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.without_cabinet(request, ("cabinet", "file") if obj is None else ("name", "created_at"))

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(request, obj, change=change, **({} if obj else {"form": FileForm}), **kwargs)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None) -> Any:
        return super().add_view(request, form_url, {"save_label": "Essayer le fichier", **(extra_context or {})})

    def save_model(self, request: HttpRequest, obj: DossierFile, form: Any, change: bool) -> None:
        actor = actor_of(request)
        if actor.cabinet_ids:
            obj.cabinet_id = actor.cabinet_ids[0]
        files.receive(obj, form.cleaned_data["file"], actor=actor)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Only what enters is a fact."""

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        return redirect("admin:claims_dossierfile_change", obj.pk)

    def enter(self, request: HttpRequest, row: DossierFile) -> tuple[int, str]:
        row = files.enter(row, actor=actor_of(request))
        if row.state == DossierFile.State.DONE:
            return messages.SUCCESS, "Le fichier est importé : voici le bilan."
        if row.state == DossierFile.State.REFUSED:
            return messages.ERROR, row.reason
        return messages.SUCCESS, "L’import est en cours : rechargez la page dans un instant."

    def rejects_view(self, request: HttpRequest, pk: int) -> FileResponse:
        """The refused rows as a file, each with its reason, to be corrected and tried again."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        row = self.get_object(request, str(pk))
        if not row.rejects or not default_storage.exists(row.rejects):
            raise Http404
        return FileResponse(default_storage.open(row.rejects), as_attachment=True, filename=f"rejets-{row.pk}.csv")
