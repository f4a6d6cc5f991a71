"""The addresses of accounts."""

from django.urls import path

from accounts import views, views_portfolio

urlpatterns = [
    path("connexion/", views.sign_in, name="login"),
    path("deconnexion/", views.sign_out, name="logout"),
    path("inscription/", views.sign_up, name="sign_up"),
    path("inscription/envoyee/", views.sign_up_sent, name="sign_up_sent"),
    path("en-attente/", views.pending, name="pending"),
    path("mot-de-passe/oublie/", views.password_reset, name="password_reset"),
    path("mot-de-passe/envoye/", views.password_reset_sent, name="password_reset_sent"),
    path("mot-de-passe/change/", views.password_reset_done, name="password_reset_done"),
    path("etablissements/", views_portfolio.establishments, name="establishments"),
    path("etablissements/<int:pk>/quitter/", views_portfolio.establishment_leave, name="establishment_leave"),
    path("etablissements/collaborateurs/", views_portfolio.people, name="people"),
    path("etablissements/collaborateurs/<int:pk>/", views_portfolio.person, name="person"),
    path("etablissements/collaborateurs/<int:pk>/depart/", views_portfolio.person_end, name="person_end"),
    path("etablissements/collaborateurs/profils/nouveau/", views_portfolio.profile_add, name="profile_add"),
    path("etablissements/collaborateurs/profils/<int:pk>/", views_portfolio.profile, name="profile"),
    path(
        "etablissements/collaborateurs/delegations/<int:pk>/revoquer/",
        views_portfolio.delegation_revoke,
        name="delegation_revoke",
    ),
    path(
        "etablissements/collaborateurs/invitations/<int:pk>/annuler/",
        views_portfolio.invitation_revoke,
        name="invitation_revoke",
    ),
    path("a-valider/", views_portfolio.drafts, name="drafts"),
    path("a-valider/<int:pk>/", views_portfolio.draft_decide, name="draft_decide"),
    path("invitation/<str:token>/", views_portfolio.invitation, name="invitation"),
    path("mot-de-passe/<uidb64>/<token>/", views.password_reset_confirm, name="password_reset_confirm"),
]
