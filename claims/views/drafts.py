"""What a collaborator has submitted, corrected by whoever answers for the company before it leaves (ASP-29)."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from accounts.exceptions import NotAllowed
from accounts.http import ActorRequest
from accounts.models import Draft
from accounts.scope import Actor
from accounts.services import amend
from claims.forms import AmendDepositForm
from claims.forms.dates import WishForm
from claims.forms.supplements import AmendSupplementForm
from claims.models import Upload
from claims.services import date_drafts, deposits, supplements
from claims.workflow import DateKind

Data = Any  # what was posted, None while nothing was
FormOf = Callable[[Draft, Data, Actor], Any]


@dataclass(frozen=True, slots=True)
class Amendment:
    """How one kind of act is corrected; `payload` makes of the valid form what the act's handler needs."""

    title: str
    button: str
    done: str
    form: FormOf
    payload: Callable[[Draft, Any], dict[str, Any]]


def _date_form(draft: Draft, data: Data, _actor: Actor) -> Any:
    wish = date_drafts.wish_of(draft)
    if wish is None:
        raise Http404  # an answer to a date has nothing to correct
    return WishForm(data, kind=DateKind(draft.payload["kind"]), slots=[], initial=wish._asdict())


def _deposit_form(draft: Draft, data: Data, actor: Actor) -> Any:
    return AmendDepositForm(data, actor=actor, establishment_id=draft.establishment_id, initial=draft.payload)


def _supplement_form(draft: Draft, data: Data, _actor: Actor) -> Any:
    amount = draft.payload["amount"]
    return AmendSupplementForm(data, initial={**draft.payload, "amount": amount and Decimal(amount)})


def _typed(draft: Draft, form: Any) -> dict[str, Any]:
    """What was submitted, with what is typed now; amounts are kept as text."""
    texts = {name: None if value is None else str(value) for name, value in form.cleaned_data.items()}
    return {**draft.payload, **texts}


DATE = Amendment(
    "Proposer une autre date",
    "Proposer cette date au cabinet",
    "La date est proposée au cabinet, telle que vous l’avez choisie.",
    _date_form,
    lambda draft, form: date_drafts.with_wish(draft, form.wish()),
)
DEPOSIT = Amendment(
    "Corriger l’envoi",
    "Envoyer au cabinet",
    "C’est envoyé, tel que vous l’avez corrigé : l’accusé de dépôt arrive par e-mail.",
    _deposit_form,
    _typed,
)
SUPPLEMENT = Amendment(
    "Corriger la demande de complément",
    "Envoyer au cabinet",
    "Le complément est demandé, tel que vous l’avez corrigé.",
    _supplement_form,
    _typed,
)
AMENDMENTS: dict[str, Amendment] = {
    date_drafts.ACTION: DATE,
    supplements.DRAFT: SUPPLEMENT,
    **dict.fromkeys(deposits.DRAFTS.values(), DEPOSIT),
}


@require_http_methods(["GET", "HEAD", "POST"])
def draft_amend(request: ActorRequest, pk: int) -> HttpResponse:
    """The content of a draft, to correct and send in one go."""
    drafts = Draft.objects.visible_to(request.actor).filter(action__in=AMENDMENTS, state=Draft.State.PENDING)
    draft = get_object_or_404(drafts, pk=pk)
    if draft.organisation_id not in request.actor.owned:
        raise NotAllowed("Seul un responsable de l’entreprise valide ce que ses collaborateurs envoient.")
    how = AMENDMENTS[draft.action]
    form = how.form(draft, request.POST or None, request.actor)
    if request.method == "POST" and form.is_valid():
        try:
            amend(draft, actor=request.actor, payload=how.payload(draft, form))
        except ValidationError as problem:
            _complain(form, problem)
        else:
            messages.success(request, how.done)
            return redirect("drafts")
    files = Upload.objects.visible_to(request.actor).filter(draft=draft.pk).order_by("position", "pk")
    return render(request, "claims/draft.html", {"draft": draft, "how": how, "form": form, "files": files})


def _complain(form: Any, problem: ValidationError) -> None:
    if isinstance(form, WishForm):
        form.complain(problem)
    else:
        form.add_error(None, problem.messages)
