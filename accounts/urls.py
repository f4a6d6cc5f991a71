"""The addresses of accounts."""

from django.urls import path

from accounts.views import doors, portfolio

urlpatterns = [
    path("connexion/", doors.sign_in, name="login"),
    path("deconnexion/", doors.sign_out, name="logout"),
    path("connexion/", doors.sign_in, name="account_login"),  # how allauth calls it
    path("inscription/", doors.sign_up, name="sign_up"),
    path("inscription/verification/", doors.challenge, name="challenge"),
    path("inscription/envoyee/", doors.sign_up_sent, name="sign_up_sent"),
    path("inscription/confirmer/<str:token>/", doors.sign_up_confirm, name="sign_up_confirm"),
    path("inscription/confirmee/", doors.sign_up_confirmed, name="sign_up_confirmed"),
    path("connexion/code/", doors.second_factor, name="mfa_authenticate"),
    path("parametres/mot-de-passe/verifier/", doors.verify_password, name="account_reauthenticate"),
    path("parametres/second-facteur/", doors.second_factors, name="mfa_index"),
    path("parametres/second-facteur/verifier/", doors.verify_code, name="mfa_reauthenticate"),
    path("parametres/second-facteur/activer/", doors.activate_totp, name="mfa_activate_totp"),
    path("parametres/second-facteur/retirer/", doors.deactivate_totp, name="mfa_deactivate_totp"),
    path("parametres/second-facteur/codes/", doors.recovery_codes, name="mfa_view_recovery_codes"),
    path("parametres/second-facteur/codes/refaire/", doors.renew_codes, name="mfa_generate_recovery_codes"),
    path("en-attente/", doors.pending, name="pending"),
    path("mot-de-passe/oublie/", doors.password_reset, name="password_reset"),
    path("mot-de-passe/envoye/", doors.password_reset_sent, name="password_reset_sent"),
    path("mot-de-passe/change/", doors.password_reset_done, name="password_reset_done"),
    path("etablissements/", portfolio.establishments, name="establishments"),
    path("etablissements/<int:pk>/quitter/", portfolio.establishment_leave, name="establishment_leave"),
    path("etablissements/collaborateurs/", portfolio.people, name="people"),
    path("etablissements/collaborateurs/<int:pk>/", portfolio.person, name="person"),
    path("etablissements/collaborateurs/<int:pk>/depart/", portfolio.person_end, name="person_end"),
    path("etablissements/collaborateurs/profils/nouveau/", portfolio.profile_add, name="profile_add"),
    path("etablissements/collaborateurs/profils/<int:pk>/", portfolio.profile, name="profile"),
    path(
        "etablissements/collaborateurs/delegations/<int:pk>/revoquer/",
        portfolio.delegation_revoke,
        name="delegation_revoke",
    ),
    path(
        "etablissements/collaborateurs/invitations/<int:pk>/annuler/",
        portfolio.invitation_revoke,
        name="invitation_revoke",
    ),
    path("a-valider/", portfolio.drafts, name="drafts"),
    path("a-valider/<int:pk>/", portfolio.draft_decide, name="draft_decide"),
    path("invitation/<str:token>/", portfolio.invitation, name="invitation"),
    path("mot-de-passe/<uidb64>/<token>/", doors.password_reset_confirm, name="password_reset_confirm"),
]
