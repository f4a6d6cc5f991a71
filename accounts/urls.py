"""The addresses of accounts."""

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LogoutView
from django.urls import path

from accounts import views

urlpatterns = [
    path("connexion/", views.sign_in, name="login"),
    path("connexion/", views.sign_in, name="account_login"),  # how allauth calls it
    path("deconnexion/", login_not_required(LogoutView.as_view()), name="logout"),
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
    path("mot-de-passe/<uidb64>/<token>/", views.password_reset_confirm, name="password_reset_confirm"),
]
