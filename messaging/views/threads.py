"""One thread, and a new one: each subject has its page, and every button works without JavaScript."""

import secrets
import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.exceptions import NotAllowed
from accounts.http import ActorRequest
from accounts.models import Draft
from accounts.scope import Right
from claims.forms.dates import WishForm
from claims.models import Dossier, Upload
from claims.services.passages import policy_of, slots_for
from claims.views.deposits import ARRANGEMENTS, add_files, arrange, listed, own_uploads
from claims.views.dossiers import dossier_or_404, frame
from messaging.forms.threads import WriteForm, day_of, visit_form
from messaging.models import Message, Subject, Thread
from messaging.services import reading, threads
from messaging.subjects import NO_RIGHT, Extra, Facts, why_not

PAGE = ["GET", "HEAD", "POST"]
TO_VALIDATE = "Transmis à votre responsable : le message part dès qu’il l’aura validé."


def writable_or_404(request: ActorRequest, cabinet: str, reference: str) -> Dossier:
    """The dossier, for whoever may write about it: 404 when not seen, 403 when only seen."""
    subject = dossier_or_404(request, cabinet, reference)
    _need_right(request, subject)
    return subject


def _need_right(request: ActorRequest, dossier: Dossier) -> None:
    if not request.actor.may(Right.MESSAGES, dossier.establishment_id):
        raise NotAllowed(NO_RIGHT[Right.MESSAGES])


@require_safe
def message_new(request: ActorRequest, cabinet: str, reference: str) -> HttpResponse:
    """The subjects: those one may choose, and why not the others."""
    dossier = writable_or_404(request, cabinet, reference)
    facts = threads.facts_of(dossier, request.actor)
    rows = Subject.objects.visible_to(request.actor).filter(cabinet=dossier.cabinet_id).offered()
    choices = [{"subject": row, "why_not": why_not(row.terms, facts)} for row in rows]
    return render(request, "messaging/subjects.html", frame(request, dossier, "Messages") | {"choices": choices})


@require_http_methods(PAGE)
def message_write(request: ActorRequest, cabinet: str, reference: str, slug: str) -> HttpResponse:
    """The form of one subject."""
    dossier = writable_or_404(request, cabinet, reference)
    rows = Subject.objects.visible_to(request.actor).filter(cabinet=dossier.cabinet_id).offered()
    subject = get_object_or_404(rows, slug=slug)
    facts = threads.facts_of(dossier, request.actor, with_days=Extra.DAY in subject.extras)
    if refusal := why_not(subject.terms, facts):
        messages.error(request, f"« {subject.label} » n’est pas possible. {refusal}")
        return redirect("message_new", cabinet, reference)
    form = WriteForm(**_bound(request), terms=subject.terms, facts=facts)
    visit = _visit(request, dossier, subject)
    if request.method == "POST":
        try:
            answer = _act(request, dossier, subject, form, visit)
        except ValidationError as problem:
            _complain(form, visit, problem)
        else:
            if answer is not None:
                return answer
    context = frame(request, dossier, "Messages") | {"subject": subject, "form": form, "visit": visit}
    return render(request, "messaging/write.html", context | listed(_uploads(request, dossier, form)))


def _verb(request: ActorRequest) -> tuple[str, str]:
    verb, _, which = request.POST.get("acte", "envoyer").partition(":")
    return verb, which


def _sends(request: ActorRequest) -> bool:
    return request.method == "POST" and _verb(request)[0] == "envoyer"


def _bound(request: ActorRequest) -> dict[str, Any]:
    """Only « envoyer » checks what was typed; the other buttons keep it as it is."""
    if _sends(request):
        return {"data": request.POST}
    held = {name: value for name, value in request.POST.items() if isinstance(value, str)}
    return {"initial": {"cle": secrets.token_hex(16), **held}}


def _visit(request: ActorRequest, dossier: Dossier, subject: Subject) -> WishForm | None:
    if Extra.DAY not in subject.extras:
        return None
    slots = slots_for(dossier, actor=request.actor)
    return visit_form(
        slots, request.POST, sent=_sends(request), other_days=not slots or policy_of(dossier).other_dates
    )


def _uploads(request: ActorRequest, dossier: Dossier, form: WriteForm) -> list[Upload]:
    return own_uploads(request, dossier) if form.takes_files else []


def _arranged(request: ActorRequest, dossier: Dossier) -> bool:
    """Whether the pressed button was about the files; the page is then shown again, with what was typed."""
    verb, which = _verb(request)
    try:
        if verb == "ajouter":
            add_files(request, dossier)
        elif verb in ARRANGEMENTS:
            arrange(request, dossier, verb, which)
    except ValidationError as problem:
        messages.error(request, " ".join(problem.messages))
    return verb != "envoyer"


def _act(
    request: ActorRequest, dossier: Dossier, subject: Subject, form: WriteForm, visit: WishForm | None
) -> HttpResponse | None:
    if _arranged(request, dossier):
        return None
    if not form.is_valid() or (visit is not None and not visit.is_valid()):
        return None
    typed = form.typed(day_of(visit) if visit else "")
    rows = [row for row in _uploads(request, dossier, form) if not row.is_refused]
    sent = threads.send(dossier, subject, rows, typed=typed, actor=request.actor, key=form.cleaned_data["cle"])
    if isinstance(sent, Draft):
        messages.info(request, TO_VALIDATE)
        return redirect("dossier_messages", dossier.cabinet.code, dossier.reference)
    messages.success(request, f"C’est envoyé : {subject.get_reader_display()} le lira et vous répondra ici.")
    return redirect(sent)


def _complain(form: WriteForm, visit: WishForm | None, problem: ValidationError) -> None:
    """A refusal about the day stands beside the day."""
    found = problem.message_dict if hasattr(problem, "error_dict") else {}
    about_day = {name: texts for name, texts in found.items() if name in {"date", "starts_on"}}
    if visit is not None and about_day:
        visit.complain(ValidationError({"starts_on": next(iter(about_day.values()))}))
    rest: Any = {name: texts for name, texts in found.items() if name not in about_day} if found else problem
    if rest:
        form.is_valid()
        form.complain(ValidationError(rest) if isinstance(rest, dict) else rest)


@require_http_methods(PAGE)
def thread(request: ActorRequest, public_id: uuid.UUID) -> HttpResponse:
    """One exchange; to open it is to have read it."""
    actor = request.actor.where(Right.VIEW)
    rows = Thread.objects.visible_to(actor).select_related("dossier__cabinet", "subject")
    row = get_object_or_404(rows, public_id=public_id)
    dossier = dossier_or_404(request, row.dossier.cabinet.code, row.dossier.reference)
    row.dossier = dossier
    may_write = request.actor.may(Right.MESSAGES, dossier.establishment_id)
    facts = Facts(rights=frozenset(right for right in Right if actor.may(right, dossier.establishment_id)))
    form = WriteForm(**_bound(request), terms=threads.terms_of(row), facts=facts)
    if request.method == "POST":
        _need_right(request, dossier)
        try:
            answer = _reply(request, row, form)
        except ValidationError as problem:
            _complain(form, None, problem)
        else:
            if answer is not None:
                return answer
    said = list(Message.objects.visible_to(actor).filter(thread=row).sent().with_papers().order_by("pk"))
    reading.note_read(row, said[-1].pk if said else 0, actor=request.actor)
    context = frame(request, dossier, "Messages") | {
        "thread": row,
        "said": said,
        "form": form if may_write else None,
        "awaits_shop": row.state == Thread.State.SHOP,
    }
    uploads = _uploads(request, dossier, form) if may_write else []
    return render(request, "messaging/thread.html", context | listed(uploads))


def _reply(request: ActorRequest, row: Thread, form: WriteForm) -> HttpResponse | None:
    if _arranged(request, row.dossier) or not form.is_valid():
        return None
    typed = form.typed()
    rows = [upload for upload in _uploads(request, row.dossier, form) if not upload.is_refused]
    sent = threads.reply(
        row, rows, body=typed.message, kind=typed.kind, actor=request.actor, key=form.cleaned_data["cle"]
    )
    if isinstance(sent, Draft):
        messages.info(request, TO_VALIDATE)
    else:
        messages.success(request, "Votre réponse est envoyée.")
    return redirect(row)
