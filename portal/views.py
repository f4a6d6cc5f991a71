"""The front door, the health addresses, and what is said when something went wrong."""

import functools
import uuid

import redis
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts import unsent
from accounts.http import ActorRequest
from accounts.scope import Kind
from portal.backup.restoring import marker


@login_not_required
@require_safe
def home(request: ActorRequest) -> HttpResponse:
    """Send everybody where their day starts."""
    if request.actor.kind == Kind.ANONYMOUS:
        return redirect("login")
    if request.actor.kind in {Kind.STAFF, Kind.NETWORK}:
        return redirect("admin:index")
    return redirect("pending" if request.actor.kind == Kind.PENDING else "dossiers")


@login_not_required
@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    """Say that the process answers."""
    return JsonResponse({"etat": "vivant"})


@login_not_required
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """Say whether requests can be served; without the broker they can: mails leave later, by the sweeper.

    Not while rows show without a scope, while the base waits for its migrations, or while a restoration is unfinished.
    """
    found = {"base": _database_answers(), "fichiers": _storage_writes(), "courtier": _broker_answers()}
    found |= {"schema": found["base"] and is_up_to_date(), "cloisonnement": found["base"] and _fences_hold()}
    found["restauration"] = not marker().is_file()
    body = {name: "ok" if works else "indisponible" for name, works in found.items()}
    needed = all(works for name, works in found.items() if name != "courtier")
    return JsonResponse(body, status=200 if needed else 503)


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


@functools.cache
def _last_migrations() -> tuple[list[str], list[str]]:
    """What this code needs the base to have, read from its files once a process."""
    leaves = MigrationLoader(None).graph.leaf_nodes()
    return [app for app, _name in leaves], [name for _app, name in leaves]


def is_up_to_date() -> bool:
    """Whether the base has this code's last migrations; having later ones does no harm."""
    apps, names = _last_migrations()
    query = (
        "SELECT count(*) FROM django_migrations WHERE (app, name) IN (SELECT * FROM unnest(%s::text[], %s::text[]))"
    )
    try:
        with connection.cursor() as cursor:
            cursor.execute(query, [apps, names])
            return bool(cursor.fetchone() == (len(names),))
    except DatabaseError:
        return False


def _fences_hold() -> bool:
    """Every cabinet has its rules, and without a scope none of them is to be seen."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT EXISTS (SELECT FROM claims_cabinetrules), EXISTS (SELECT FROM claims_dossier)")
            return bool(cursor.fetchone() == (False, False))
    except DatabaseError:
        return False


def _storage_writes() -> bool:
    try:
        name = default_storage.save(f"sante/{uuid.uuid4().hex}", ContentFile(b"1"))
        default_storage.delete(name)
    except OSError:
        return False
    return True


def _broker_answers() -> bool:
    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=1) as client:
            return bool(client.ping())
    except (redis.RedisError, OSError):
        return False


def _failure(request: HttpRequest, status: int, title: str, advice: str, back: str = "") -> HttpResponse:
    """`back`: the page to go on from, when it is not the home page."""
    context = {"title": title, "advice": advice, "status": status, "back": back}
    return render(request, "error.html", context, status=status)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say the same of what does not exist and of what belongs to somebody else."""
    return _failure(
        request,
        404,
        "Cette page n’existe pas",
        "L’adresse est peut-être incomplète, ou ce dossier n’est pas ouvert à votre compte.",
    )


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say why an act was refused, when the refusal says it."""
    return _failure(
        request, 403, "Cette action n’est pas possible", str(exception) or "Votre compte n’y donne pas droit."
    )


BADLY_MADE = (
    "Rien n’a été enregistré. Revenez à la page précédente et recommencez, avec moins de fichiers à la fois s’il y en "
    "avait beaucoup."
)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _failure(request, 400, "Cette demande est mal formée", BADLY_MADE)


@login_not_required
def too_many(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _failure(
        request,
        429,
        "Trop de demandes à la fois",
        "Rien n’a été enregistré. Attendez quelques minutes, puis recommencez.",
    )


def broken(request: HttpRequest) -> HttpResponse:
    return _failure(
        request,
        500,
        "Le portail a rencontré un problème",
        "Rien n’a été enregistré. Réessayez dans un instant ; si cela recommence, prévenez votre cabinet.",
    )


@login_not_required
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page was opened before one signed in again, in another tab for instance.

    Only what our own page posted is kept: Django says of another's that its origin or its referrer is wrong.
    """
    is_ours = reason.startswith("CSRF") and request.user.is_authenticated
    kept = is_ours and unsent.keep(request)
    return _failure(
        request,
        403,
        "Votre page avait expiré",
        f"Rien n’a été enregistré. {'Ce que vous aviez écrit vous attend : r' if kept else 'R'}ouvrez la page, "
        "vérifiez, puis recommencez.",
        back=unsent.page_of(request) if is_ours else "",
    )
