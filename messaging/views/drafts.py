"""A message a collaborator wants to send: whoever answers for the company may change it and send it."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from accounts import services as accounts
from accounts.exceptions import NotAllowed
from accounts.http import ActorRequest
from accounts.models import Draft
from claims.models import Upload
from messaging.forms.threads import AmendForm
from messaging.services.threads import DRAFT


@require_http_methods(["GET", "HEAD", "POST"])
def message_draft(request: ActorRequest, pk: int) -> HttpResponse:
    drafts = Draft.objects.visible_to(request.actor).filter(action=DRAFT, state=Draft.State.PENDING)
    draft = get_object_or_404(drafts.select_related("author", "establishment", "cabinet"), pk=pk)
    if draft.organisation_id not in request.actor.owned:
        raise NotAllowed("Seul un responsable de l’entreprise valide ce que ses collaborateurs envoient.")
    held = draft.payload
    form = AmendForm(request.POST or None, initial={"message": held["message"], "reason": held["reason"]})
    if request.method == "POST" and form.is_valid():
        try:
            accounts.amend(draft, actor=request.actor, payload={**held, **form.cleaned_data})
        except ValidationError as problem:
            form.add_error(None, problem.messages)
        else:
            messages.success(request, "Le message est envoyé, tel que vous l’avez écrit.")
            return redirect("drafts")
    files = Upload.objects.visible_to(request.actor).filter(draft=draft.pk).order_by("position", "pk")
    return render(request, "messaging/message_draft.html", {"draft": draft, "form": form, "files": files})
