"""« Photos »: the guided photos of an « EAD » or an « ESD », taken on a phone view by view, sent as one file."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.exceptions import NotAllowed
from accounts.http import ActorRequest
from accounts.models import Draft
from accounts.scope import Actor, Right
from accounts.validators import number_typed
from claims.forms import AnnounceForm
from claims.forms.shots import SendShotsForm
from claims.models import Dossier, Shot, ShotKind, ShotSet
from claims.services import shots, uploads
from claims.views.deposits import where
from claims.views.dossiers import dossier_or_404, frame
from claims.views.files import thumbnail_of

Exam = ShotSet.Exam


@require_http_methods(["GET", "HEAD", "POST"])
def dossier_photos(request: ActorRequest, cabinet: str, reference: str) -> HttpResponse:
    """The page; every button of it works without JavaScript."""
    subject = _photographed_or_404(request, cabinet, reference)
    form = SendShotsForm(request.POST if request.POST.get("acte", "").startswith("envoyer") else None)
    if request.method == "POST":
        try:
            answer = _act(request, subject, form)
        except (ValidationError, NotAllowed) as problem:
            said = " ".join(problem.messages) if isinstance(problem, ValidationError) else str(problem)
            messages.error(request, said)
            answer = _back(subject, request.POST.get("examen", ""))
        if answer is not None:
            return answer
    return render(request, "claims/photos.html", _page(request, subject, form))


def _photographed_or_404(request: ActorRequest, cabinet: str, reference: str) -> Dossier:
    """The dossier, for whoever may send its photos: 404 when not seen, 403 when only seen."""
    subject = dossier_or_404(request, cabinet, reference)
    if not request.actor.may(Right.DEPOSIT, subject.establishment_id):
        raise NotAllowed(shots.NOT_ALLOWED)
    return subject


def _back(subject: Dossier, exam: str) -> HttpResponse:
    page = reverse("dossier_photos", args=[subject.cabinet.code, subject.reference])
    return redirect(f"{page}?examen={exam}" if exam in Exam.values else page)


def _act(request: ActorRequest, subject: Dossier, form: SendShotsForm) -> HttpResponse | None:
    """What the pressed button asks; None shows the page with the form's errors."""
    verb, _, which = request.POST.get("acte", "").partition(":")
    if verb == "commencer" and which in Exam.values:
        shots.begin(subject, which, actor=request.actor)
        return _back(subject, which)
    if verb in {"autre", "envoyer"}:
        shot_set = _set_or_404(request.actor, subject, which)
        if verb == "envoyer":
            return _send(request, shot_set, form)
        shots.add_view(shot_set, actor=request.actor)
        return _back(subject, shot_set.exam)
    shot = _shot_or_404(request.actor, subject, which)
    if verb == "ajouter":
        _take(request, subject, shot)
    elif verb == "retirer":
        shots.remove_photo(shot, actor=request.actor)
    return _back(subject, shot.shot_set.exam)


def _set_or_404(actor: Actor, subject: Dossier, which: str) -> ShotSet:
    rows = ShotSet.objects.visible_to(actor).filter(dossier=subject).select_related("dossier__cabinet")
    return get_object_or_404(rows, pk=number_typed(which))


def _shot_or_404(actor: Actor, subject: Dossier, which: str) -> Shot:
    rows = Shot.objects.visible_to(actor).filter(dossier=subject).select_related("shot_set", "dossier")
    return get_object_or_404(rows, pk=number_typed(which))


def _take(request: ActorRequest, subject: Dossier, shot: Shot) -> None:
    file = request.FILES.get("photo")
    if not isinstance(file, UploadedFile):
        raise ValidationError("Choisissez d’abord une photo.")
    uploads.add(subject, file, actor=request.actor, shot=shot, name=_name(shot))


def _name(shot: Shot) -> str:
    """What the photo is called in the dossier, whatever the phone called it."""
    return f"{shot.position:02d} {shot.label}"


def _send(request: ActorRequest, shot_set: ShotSet, form: SendShotsForm) -> HttpResponse | None:
    if not form.is_valid():
        return None
    typed = form.cleaned_data
    sent = shots.send(shot_set, safety=typed["securite"], comment=typed["comment"], actor=request.actor)
    if isinstance(sent, Draft):
        messages.info(request, "Transmis à votre responsable : les photos partent dès qu’il les aura validées.")
        return _back(shot_set.dossier, shot_set.exam)
    messages.success(request, "Les photos sont parties chez l’expert. Voici votre accusé de dépôt.")
    return redirect("receipt", sent.deposit.number if sent.deposit else "")


def _page(request: ActorRequest, subject: Dossier, form: SendShotsForm) -> dict[str, Any]:
    actor, asked = request.actor, request.GET.get("examen", request.POST.get("examen", ""))
    offered = shots.offered(subject)
    exam = Exam(asked) if asked in Exam.values else next(iter(offered), Exam.REMOTE)
    rows = ShotSet.objects.visible_to(actor).filter(dossier=subject, exam=exam).select_related("deposit", "book")
    shot_set = rows.order_by("-pk").first()
    is_open = shot_set is not None and shot_set.is_open
    # Photos sent earlier do not stand in the way of another set.
    why_not = "" if exam in offered else shots.why_not(subject, exam)
    wanted = ShotKind.objects.visible_to(actor).filter(cabinet=subject.cabinet_id).order_by("position", "pk")
    return frame(request, subject, "Photos") | {
        "exam": exam,
        "others": [other for other in Exam if other != exam and (other in offered or exam not in offered)],
        "why_not": why_not,
        "set": shot_set,
        "state": shots.state_of(shot_set) if shot_set and not is_open else "",
        "sent": _sent(actor, shot_set) if shot_set and shot_set.sent_at else [],
        "wanted": [] if is_open or why_not else list(wanted),
        "form": form,
        **(listed(shot_set) if is_open and shot_set else {"progress": None}),
    }


def _sent(actor: Actor, shot_set: ShotSet) -> list[Shot]:
    rows = Shot.objects.visible_to(actor).filter(shot_set=shot_set).exclude(document=None)
    return list(rows.select_related("document").order_by("position", "pk"))


def listed(shot_set: ShotSet) -> dict[str, Any]:
    """What the list of views shows, on the page and when it is asked for again."""
    return {"set": shot_set, "progress": shots.progress_of(shot_set)}


@require_safe
def dossier_shots(request: ActorRequest, cabinet: str, reference: str, exam: str) -> HttpResponse:
    """The views as a piece of the page, while photos arrive and are checked."""
    subject = _photographed_or_404(request, cabinet, reference)
    rows = ShotSet.objects.visible_to(request.actor).filter(dossier=subject, exam=exam)
    shot_set = rows.order_by("-pk").first()
    if shot_set is None:
        raise Http404
    return render(request, "claims/_shots.html", {"dossier": subject} | listed(shot_set))


@require_POST
def shot(request: ActorRequest, pk: int) -> HttpResponse:
    """A browser announces the photo of a view; the answer says from where to send it."""
    rows = Shot.objects.visible_to(request.actor.where(Right.VIEW))
    view = get_object_or_404(rows.select_related("shot_set", "dossier"), pk=pk)
    if not request.actor.may(Right.DEPOSIT, view.establishment_id):
        raise NotAllowed(shots.NOT_ALLOWED)
    form = AnnounceForm(request.POST)
    if not form.is_valid():
        return JsonResponse({"erreur": "Cette photo ne peut pas être envoyée : reprenez-la."}, status=400)
    said = {"name": _name(view), "size": form.cleaned_data["taille"], "client_key": form.cleaned_data["cle"]}
    try:
        row = uploads.begin(view.dossier, actor=request.actor, rank=view.position, shot=view, **said)
    except (ValidationError, NotAllowed) as problem:
        text = " ".join(problem.messages) if isinstance(problem, ValidationError) else str(problem)
        return JsonResponse({"erreur": text}, status=400)
    return JsonResponse(where(row), status=201)


@require_safe
def shot_preview(request: ActorRequest, pk: int) -> HttpResponse:
    """The small picture of the photo that counts, for every one of the shop who may prepare the set."""
    rows = Shot.objects.visible_to(request.actor.where(Right.VIEW))
    shot = get_object_or_404(rows, pk=pk)
    photo = shot.uploads.filter(deposit=None).ready().order_by("-pk").first()
    picture = thumbnail_of(photo.thumbnail) if photo is not None else None
    if picture is None:
        raise Http404
    return picture
