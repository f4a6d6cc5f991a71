"""« Envoyer un document »: files arrive, are checked, and leave together."""

import secrets
import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.exceptions import NotAllowed
from accounts.http import ActorRequest
from accounts.models import Draft
from accounts.scope import Right
from claims.forms import AnnounceForm, DepositForm
from claims.models import Deposit, Dossier, Upload
from claims.services import deposits, photobook, uploads
from claims.views import typed
from claims.views.dossiers import dossier_or_404, frame
from claims.views.files import thumbnail_of

ARRANGEMENTS = {"monter", "descendre", "retirer", "reunir"}
MAY_NOT = "Votre profil ne permet pas d’envoyer des documents pour cet établissement."


def sendable_or_404(request: ActorRequest, cabinet: str, reference: str) -> Dossier:
    """The dossier, for whoever may send it something: 404 when not seen, 403 when only seen."""
    subject = dossier_or_404(request, cabinet, reference)
    if not uploads.may_send(request.actor, subject):
        raise NotAllowed(MAY_NOT)
    return subject


def own_uploads(request: ActorRequest, subject: Dossier, *, for_supplement: bool = False) -> list[Upload]:
    rows = Upload.objects.visible_to(request.actor)
    return list(rows.of(subject, request.actor.user_id, for_supplement=for_supplement))


def upload_or_404(request: ActorRequest, public_id: uuid.UUID) -> Upload:
    """One's own, while one still has a right there; a colleague's is nobody's business before it is sent."""
    rows = Upload.objects.visible_to(request.actor.where(Right.VIEW)).filter(user=request.actor.user_id)
    return get_object_or_404(rows.select_related("dossier__cabinet"), public_id=public_id, deposit=None, draft=None)


@require_http_methods(["GET", "HEAD", "POST"])
def dossier_send(request: ActorRequest, cabinet: str, reference: str) -> HttpResponse:
    """The page; every button of it works without JavaScript."""
    subject = sendable_or_404(request, cabinet, reference)
    form = DepositForm(
        request.POST or None,
        initial={"cle": secrets.token_hex(16)} | typed.kept(request, subject, "send"),
        actor=request.actor,
        establishment_id=subject.establishment_id,
    )
    if request.method == "POST":
        try:
            answer = _act(request, subject, form)
        except ValidationError as problem:
            form.add_error(None, problem)
        else:
            if answer is not None:
                return answer
    return render(request, "claims/send.html", _page(request, subject, form))


def _act(request: ActorRequest, subject: Dossier, form: DepositForm) -> HttpResponse | None:
    """What the pressed button asks; None shows the page with the form's errors."""
    verb, _, which = request.POST.get("acte", "envoyer").partition(":")
    again = redirect("dossier_send", subject.cabinet.code, subject.reference)
    if verb != "envoyer":
        typed.keep(request, subject, "send")
    if verb == "ajouter":
        add_files(request, subject)
    elif verb in ARRANGEMENTS:
        arrange(request, subject, verb, which)
    elif verb == "envoyer":
        return _send(request, subject, form)
    return again


def add_files(request: ActorRequest, subject: Dossier, *, for_supplement: bool = False) -> None:
    files = [file for file in request.FILES.getlist("fichiers") if isinstance(file, UploadedFile)]
    if not files:
        raise ValidationError("Choisissez au moins un fichier.")
    for file in files:
        try:
            uploads.add(subject, file, actor=request.actor, for_supplement=for_supplement)
        except ValidationError as problem:
            messages.error(request, f"{file.name} : {' '.join(problem.messages)}")


def arrange(request: ActorRequest, subject: Dossier, verb: str, which: str, *, for_supplement: bool = False) -> None:
    """What the buttons of the list do to the prepared files, on either page."""
    if verb == "reunir":
        rows = own_uploads(request, subject, for_supplement=for_supplement)
        photobook.order(subject, rows, actor=request.actor)
        messages.info(request, "Vos photos deviennent un PDF : il apparaît dans la liste dans un instant.")
        return
    try:
        upload = upload_or_404(request, uuid.UUID(which))
    except ValueError as problem:
        raise Http404 from problem
    if verb == "retirer":
        uploads.remove(upload)
    else:
        uploads.move(upload, up=verb == "monter")


def _send(request: ActorRequest, subject: Dossier, form: DepositForm) -> HttpResponse | None:
    if not form.is_valid():
        return None
    wanted = form.cleaned_data
    done = Deposit.objects.visible_to(request.actor).filter(user=request.actor.user_id, key=wanted["cle"]).first()
    if done is None:
        rows = [row for row in own_uploads(request, subject) if not row.is_refused]
        sent = deposits.send(
            subject, rows, kind=wanted["kind"], actor=request.actor, comment=wanted["comment"], key=wanted["cle"]
        )
        typed.forget(request, subject, "send")
        if isinstance(sent, Draft):
            messages.info(request, "Transmis à votre responsable : l’envoi part dès qu’il l’aura validé.")
            return redirect("dossier_documents", subject.cabinet.code, subject.reference)
        done = sent
        messages.success(request, "C’est envoyé. Voici votre accusé de dépôt.")
    return redirect("receipt", done.number)


def _page(request: ActorRequest, subject: Dossier, form: DepositForm) -> dict[str, Any]:
    rows = own_uploads(request, subject)
    return frame(request, subject, "Envoyer") | {"form": form} | listed(rows)


def listed(rows: list[Upload]) -> dict[str, Any]:
    """What the list of prepared files shows, on the page and when it is asked for again."""
    ready = [row for row in rows if row.is_ready]
    return {
        "uploads": rows,
        "ready": len(ready),
        "waiting": any(row.state in {Upload.State.RECEIVING, Upload.State.CHECKING} for row in rows),
        "checking": any(row.state == Upload.State.CHECKING for row in rows),
        "photos": sum(row.is_photo for row in ready),
    }


@require_http_methods(["GET", "HEAD", "POST"])
def dossier_uploads(request: ActorRequest, cabinet: str, reference: str) -> HttpResponse:
    """GET: the list as a piece of the page. POST: announce a file; the answer says from where to send it.

    With `?complement=oui`, the files of the complément that is being written.
    """
    subject = sendable_or_404(request, cabinet, reference)
    aside = request.GET.get("complement") == "oui"
    if request.method != "POST":
        return render(
            request,
            "claims/_uploads.html",
            {"dossier": subject} | listed(own_uploads(request, subject, for_supplement=aside)),
        )
    form = AnnounceForm(request.POST)
    if not form.is_valid():
        return JsonResponse({"erreur": "Ce fichier ne peut pas être envoyé : choisissez-le de nouveau."}, status=400)
    told = form.cleaned_data
    try:
        row = uploads.begin(
            subject,
            name=told["nom"],
            size=told["taille"],
            client_key=f"{'complement:' if aside else ''}{told['cle']}",
            for_supplement=aside,
            actor=request.actor,
            rank=told["rang"],
        )
    except ValidationError as problem:
        return JsonResponse({"erreur": " ".join(problem.messages)}, status=400)
    return JsonResponse(where(row), status=201)


def where(row: Upload) -> dict[str, Any]:
    return {"id": str(row.public_id), "recu": row.received, "taille": row.size, "etat": row.state}


@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: ActorRequest, public_id: uuid.UUID) -> HttpResponse:
    """GET: how much has arrived. POST: a piece, with its place in `Upload-Offset`; 409 says the right place."""
    row = upload_or_404(request, public_id)
    if request.method != "POST":
        return JsonResponse(where(row))
    offset = request.headers.get("Upload-Offset", "")
    if not (offset.isascii() and offset.isdigit()) or len(offset) > 12:
        return JsonResponse({"erreur": "Il manque la place de ce morceau."}, status=400)
    try:
        after = uploads.append(row, int(offset), request.body)
    except ValidationError as problem:
        return JsonResponse({"erreur": " ".join(problem.messages)}, status=400)
    written = after.received == int(offset) + len(request.body)
    return JsonResponse(where(after), status=200 if written else 409)


@require_POST
def upload_remove(request: ActorRequest, public_id: uuid.UUID) -> HttpResponse:
    uploads.remove(upload_or_404(request, public_id))
    return HttpResponse(status=204)


@require_safe
def upload_preview(request: ActorRequest, public_id: uuid.UUID) -> HttpResponse:
    picture = thumbnail_of(upload_or_404(request, public_id).thumbnail)
    if picture is None:
        raise Http404
    return picture
