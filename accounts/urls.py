"""The addresses of accounts."""

from django.urls import path

from accounts import views, views_portfolio

urlpatterns = [
    path("connexion/", views.sign_in, name="login"),
    path("deconnexion/", views.sign_out, name="logout"),
    path("connexion/", views.sign_in, name="account_login"),  # how allauth calls it
    path("inscription/", views.sign_up, name="sign_up"),
    path("inscription/envoyee/", views.sign_up_sent, name="sign_up_sent"),
    path("inscription/confirmer/<str:token>/", views.sign_up_confirm, name="sign_up_confirm"),
    path("inscription/confirmee/", views.sign_up_confirmed, name="sign_up_confirmed"),
    path("connexion/code/", views.second_factor, name="mfa_authenticate"),
    path("parametres/mot-de-passe/verifier/", views.verify_password, name="account_reauthenticate"),
    path("parametres/second-facteur/", views.second_factors, name="mfa_index"),
    path("parametres/second-facteur/verifier/", views.verify_code, name="mfa_reauthenticate"),
    path("parametres/second-facteur/activer/", views.activate_totp, name="mfa_activate_totp"),
    path("parametres/second-facteur/retirer/", views.deactivate_totp, name="mfa_deactivate_totp"),
    path("parametres/second-facteur/codes/", views.recovery_codes, name="mfa_view_recovery_codes"),
    path("parametres/second-facteur/codes/refaire/", views.renew_codes, name="mfa_generate_recovery_codes"),
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
