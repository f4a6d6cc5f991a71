"""The addresses of dossiers and documents."""

from django.urls import path

from claims import converters  # noqa: F401 -- registers `reference`
from claims.views import (
    agenda,
    appointments,
    archives,
    callbacks,
    deposits,
    documents,
    dossiers,
    drafts,
    exports,
    files,
    followup,
    incidents,
    memos,
    missing,
    receipts,
    shots,
    supplements,
    todo,
)

urlpatterns = [
    path("a-faire/", todo.todo, name="todo"),
    path(
        "dossiers/<str:cabinet>/<reference:reference>/demandes/<int:pk>/prolonger/",
        todo.request_extend,
        name="request_extend",
    ),
    path("dossiers/", dossiers.dossiers, name="dossiers"),
    path("dossiers/affichage/", dossiers.list_display, name="list_display"),
    path("dossiers/export.csv", exports.dossiers_csv, name="dossiers_csv"),
    path("dossiers/export.xlsx", exports.dossiers_xlsx, name="dossiers_xlsx"),
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
    path(
        "dossiers/<str:cabinet>/<reference:reference>/complement/",
        supplements.dossier_supplement,
        name="dossier_supplement",
    ),
    path("a-valider/<int:pk>/modifier/", drafts.draft_amend, name="draft_amend"),
    path("rappels/dossier/<int:pk>/", memos.dossier_memos, name="dossier_memos"),
    path("rappels/<int:pk>/", memos.memo_act, name="memo_act"),
    path("agenda/", agenda.agenda, name="agenda"),
    path("agenda/abonnement/", agenda.agenda_subscription, name="agenda_subscription"),
    path("agenda/<str:secret>.ics", agenda.agenda_feed, name="agenda_feed"),
    path("dossiers/<str:cabinet>/<reference:reference>/suivi/", followup.dossier_facts, name="dossier_facts"),
    path("dossiers/<str:cabinet>/<reference:reference>/envoyer/", deposits.dossier_send, name="dossier_send"),
    path(
        "dossiers/<str:cabinet>/<reference:reference>/envoyer/fichiers/",
        deposits.dossier_uploads,
        name="dossier_uploads",
    ),
    path(
        "dossiers/<str:cabinet>/<reference:reference>/signaler/", incidents.dossier_incidents, name="dossier_incidents"
    ),
    path("dossiers/<str:cabinet>/<reference:reference>/photos/", shots.dossier_photos, name="dossier_photos"),
    path("dossiers/<str:cabinet>/<reference:reference>/photos/<str:exam>/", shots.dossier_shots, name="dossier_shots"),
    path("vues/<int:pk>/", shots.shot, name="shot"),
    path("vues/<int:pk>/apercu/", shots.shot_preview, name="shot_preview"),
    path("envois/<uuid:public_id>/", deposits.upload, name="upload"),
    path("envois/<uuid:public_id>/retirer/", deposits.upload_remove, name="upload_remove"),
    path("envois/<uuid:public_id>/apercu/", deposits.upload_preview, name="upload_preview"),
    path("accuses/<str:number>/", receipts.receipt, name="receipt"),
    path("accuses/<str:number>/pdf/", receipts.receipt_pdf, name="receipt_pdf"),
    path("aide/etre-rappele/", callbacks.callback, name="callback"),
    path("aide/etre-rappele/<int:pk>/annuler/", callbacks.callback_withdraw, name="callback_withdraw"),
    path("dossiers/<str:cabinet>/<reference:reference>/rappel/", callbacks.dossier_callback, name="dossier_callback"),
    path("aide/dossier-introuvable/", missing.missing_dossier, name="missing_dossier"),
    path("documents/<uuid:public_id>/", files.document, name="document"),
    path("documents/<uuid:public_id>/apercu/", files.document_preview, name="document_preview"),
    path("documents/<uuid:public_id>/lu/", files.document_acknowledge, name="document_acknowledge"),
    path("exports/<uuid:public_id>/", archives.export, name="export"),
]
