"""Checks of ours: the database's role and fences, and what must not reach production."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.dispatch import receiver

from accounts.scope import TenantModel

SHORTEST_KEY = 24  # characters
# Models that belong to no tenant, each with its reason.
WITHOUT_TENANT = {
    "accounts.User": "read at sign-in, before there is a scope; reached only by its own person and the network",
    "account.EmailAddress": "read at sign-in, before there is a scope; one a user, reached only through them",
    "account.EmailConfirmation": "unused: links are signed when their mail leaves",
    "admin.LogEntry": "never written: the journal is ours",
    "auth.Group": "unused: rights follow memberships",
    "auth.Permission": "unused: rights follow memberships",
    "contenttypes.ContentType": "names of models",
    "mfa.Authenticator": "read at sign-in, before there is a scope; reached only by its own person",
    "sessions.Session": "read by its secret key, before there is a scope",
    "tariffs.DefaultPayer": "the network's own list, the same for everybody",
    "usersessions.UserSession": "written at sign-in, before there is a scope; reached only by its own person",
}

UNSAFE_ROLE = """
SELECT rolsuper, rolbypassrls,
  EXISTS (SELECT FROM pg_class WHERE relowner = pg_roles.oid AND relname = 'claims_dossier')
FROM pg_roles WHERE rolname = current_user
"""
UNFENCED = """
SELECT relname FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relname = ANY (%s)
  AND NOT (relrowsecurity AND relforcerowsecurity
           AND (SELECT count(DISTINCT polcmd) FROM pg_policy WHERE polrelid = pg_class.oid) >= 4)
"""


@receiver(connection_created)
def refuse_unsafe_role(sender: type[BaseDatabaseWrapper], connection: BaseDatabaseWrapper, **_: Any) -> None:
    """Stop any process of the portal that connects as somebody row-level security does not bind."""
    if connection.alias != "default":
        return
    with connection.cursor() as cursor:
        cursor.execute(UNSAFE_ROLE)
        unsafe = cursor.fetchone()
    if unsafe and any(unsafe):
        role = connection.settings_dict["USER"]
        connection.close()
        message = (
            f"DATABASE_URL se connecte sous « {role} », qui est superutilisateur, propriétaire des tables ou échappe "
            "au cloisonnement : donnez le rôle de l’application (python -m portal.roles le crée)."
        )
        raise ImproperlyConfigured(message)


def tenant_tables() -> list[str]:
    return [model._meta.db_table for model in apps.get_models() if issubclass(model, TenantModel)]


@register(Tags.database)
def check_fences(databases: Iterable[str] | None = None, **_: Any) -> list[CheckMessage]:
    """Every tenant table has row-level security, forced, with a policy for each command."""
    if "default" not in (databases or ()):
        return []
    with connections["default"].cursor() as cursor:
        cursor.execute(UNFENCED, [tenant_tables()])
        return [Error(f"La table {name} n’est pas cloisonnée.", id="portal.E001") for (name,) in cursor.fetchall()]


@register(Tags.models)
def check_tenancy(**_: Any) -> list[CheckMessage]:
    """Every model belongs to a tenant, or stands in the short list with its reason."""
    problems: list[CheckMessage] = []
    for model in apps.get_models():
        known = model._meta.label in WITHOUT_TENANT
        if issubclass(model, TenantModel) == known or (issubclass(model, TenantModel) and not model.tenant_paths):
            problems.append(Error(f"{model._meta.label} ne dit pas à qui ses lignes appartiennent.", id="portal.E002"))
    return problems


@register(Tags.security, deploy=True)
def check_production(**_: Any) -> list[CheckMessage]:
    """Demonstration mode and plain HTTP are for trying the portal out."""
    problems: list[CheckMessage] = []
    if settings.DEMO:
        problems.append(
            Error("PORTAL_DEMO est actif : le personnel se connecte sans second facteur.", id="portal.E003")
        )
    if not settings.SECURE:
        problems.append(
            Error("BASE_URL n’est pas en https : mots de passe et dossiers circuleraient en clair.", id="portal.E004")
        )
    return problems


@register(Tags.security)
def check_captcha(**_: Any) -> list[CheckMessage]:
    """Strangers meet a captcha that can work; no page goes without one except at a developer's desk."""
    keys = [bool(settings.RECAPTCHA_PUBLIC_KEY), bool(settings.RECAPTCHA_PRIVATE_KEY)]
    problems: list[CheckMessage] = []
    if any(keys) != all(keys):
        message = "RECAPTCHA_PUBLIC_KEY et RECAPTCHA_PRIVATE_KEY vont ensemble : donnez les deux, ou aucune."
        problems.append(Error(message, id="portal.E005"))
    if settings.CAPTCHA == "recaptcha" and not all(keys):
        problems.append(Error("CAPTCHA vaut « recaptcha » sans ses deux clés.", id="portal.E006"))
    if settings.CAPTCHA == "none" and not settings.DEBUG:
        problems.append(Error("CAPTCHA vaut « none » : c’est réservé au développement (DEBUG).", id="portal.E007"))
    return problems


@register(Tags.security)
def check_operations(**_: Any) -> list[CheckMessage]:
    """What operations rely on is neither guessed nor lost with what it guards."""
    problems: list[CheckMessage] = []
    if settings.HEALTH_TOKEN and len(settings.HEALTH_TOKEN) < SHORTEST_KEY:
        problems.append(Error(f"HEALTH_TOKEN a moins de {SHORTEST_KEY} caractères : il se devine.", id="portal.E008"))
    if Path(settings.PURGE_LEDGER).is_relative_to(settings.MEDIA_ROOT):
        message = "PURGE_LEDGER est parmi les fichiers du site : il serait perdu et restauré avec eux."
        problems.append(Error(message, id="portal.E009"))
    if urlsplit(settings.DATABASE_BACKUP_URL).username == settings.DATABASES["default"]["USER"]:
        message = "DATABASE_BACKUP_URL est le rôle de l'application : sa copie serait vide."
        problems.append(Error(message, id="portal.E010"))
    return problems
