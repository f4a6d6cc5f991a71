"""What the shop knows of a dossier and the cabinet does not."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.exceptions import NotAllowed
from accounts.http import ActorRequest
from accounts.scope import Right
from claims.forms import LoanForm
from claims.services.facts import facts_of, note_facts
from claims.views.dossiers import dossier_or_404, frame


@require_http_methods(["GET", "HEAD", "POST"])
def dossier_facts(request: ActorRequest, cabinet: str, reference: str) -> HttpResponse:
    """The courtesy car, and until when the inspection is valid."""
    subject = dossier_or_404(request, cabinet, reference)
    if not request.actor.may(Right.DATES, subject.establishment_id):
        raise NotAllowed("Votre profil ne permet pas de changer ces informations.")
    facts = facts_of(subject, request.actor)
    typed = request.POST if request.method == "POST" else None
    form = LoanForm(typed, initial={name: getattr(facts, name) for name in LoanForm.base_fields})
    if form.is_valid():
        try:
            note_facts(subject, form.cleaned_data, actor=request.actor)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, "Enregistré : le cabinet le voit aussi.")
            return redirect(subject)
    return render(request, "claims/facts.html", frame(request, subject, "Informations") | {"form": form})
