"""The addresses of dossiers and documents."""

from django.urls import path

from claims import converters  # noqa: F401 -- registers `reference`
from claims.views import appointments, archives, documents, dossiers, files, missing

urlpatterns = [
    path("dossiers/", dossiers.dossiers, name="dossiers"),
    path("dossiers/<str:cabinet>/<reference:reference>/", dossiers.dossier, name="dossier"),
    path(
        "dossiers/<str:cabinet>/<reference:reference>/documents/",
        documents.dossier_documents,
        name="dossier_documents",
    ),
    path(
        "dossiers/<str:cabinet>/<reference:reference>/expertise/",
        appointments.dossier_expertise,
        name="dossier_expertise",
    ),
    path("dossiers/<str:cabinet>/<reference:reference>/etapes/", dossiers.dossier_steps, name="dossier_steps"),
    path("aide/dossier-introuvable/", missing.missing_dossier, name="missing_dossier"),
    path("documents/<uuid:public_id>/", files.document, name="document"),
    path("documents/<uuid:public_id>/apercu/", files.document_preview, name="document_preview"),
    path("documents/<uuid:public_id>/lu/", files.document_acknowledge, name="document_acknowledge"),
    path("exports/<uuid:public_id>/", archives.export, name="export"),
]
