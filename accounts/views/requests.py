"""What a person does about their requests that wait, and what the responsable does about those of others."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts import services
from accounts.exceptions import NotAllowed
from accounts.forms.portfolio import AcceptForm
from accounts.forms.requests import RequestActForm
from accounts.http import ActorRequest
from accounts.limits import CODES
from accounts.models import AccountRequest
from accounts.scope import Kind
from accounts.services import Outcome, shopinvitations

SENT = (
    "Si un cabinet connaît une adresse e-mail pour ce SIRET, un code vient d’y être envoyé. "
    "Recopiez-le dans les quinze minutes."
)
SAID = {
    Outcome.WRONG: (
        messages.ERROR,
        "Ce code n’est pas le bon, ou n’est plus valable. Après cinq essais, demandez-en un autre.",
    ),
    Outcome.APPROVED: (messages.SUCCESS, "Le code est bon : le SIRET est prouvé, l’établissement est à vous."),
    Outcome.WAITS: (
        messages.SUCCESS,
        "Le code est bon. Cet établissement a déjà un responsable : il est prévenu, et votre demande est devant lui.",
    ),
}


@require_POST
def request_act(request: ActorRequest) -> HttpResponse:
    """Ask for a code, type it, or answer the cabinet's question; then back to where one's requests are listed."""
    form = RequestActForm(request.POST, actor=request.actor)
    if form.is_valid():
        level, text = _acted(request, form.cleaned_data)
        messages.add_message(request, level, text)
    else:
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
    return redirect("pending" if request.actor.kind == Kind.PENDING else "establishments")


def _acted(request: ActorRequest, typed: dict[str, Any]) -> tuple[int, str]:
    mine: AccountRequest = typed["request"]
    try:
        if typed["act"] == RequestActForm.ANSWER:
            services.answer_question(mine, actor=request.actor, answer=typed["answer"])
            return messages.SUCCESS, "Réponse envoyée au cabinet."
        if typed["act"] == RequestActForm.CODE:
            services.send_code(mine, actor=request.actor)
            return messages.SUCCESS, SENT
        if not CODES.take(str(request.actor.user_id)):
            return messages.ERROR, "Trop d’essais : réessayez dans une heure."
        return SAID[services.use_code(mine, actor=request.actor, typed=typed["digits"])]
    except NotAllowed as refusal:
        return messages.ERROR, str(refusal)
    except ValidationError as refusal:
        return messages.ERROR, " ".join(refusal.messages)


@require_POST
def join_decide(request: ActorRequest) -> HttpResponse:
    """Welcome a colleague, or say that they are none; one that is not before this responsable does not exist."""
    wanted = request.POST.get("demande", "")
    found = [row for row in services.join_requests(request.actor) if str(row.pk) == wanted]
    if not found:
        raise Http404
    if request.POST.get("decision") == "accueillir":
        services.welcome(found[0], actor=request.actor)
        messages.success(
            request, f"{found[0].user.email} rejoint votre entreprise et consulte ; donnez-lui un profil."
        )
    else:
        services.turn_away(found[0], actor=request.actor)
        messages.success(request, "La demande est refusée.")
    return redirect("people")


@login_not_required
@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def shop_invitation(request: ActorRequest, token: str) -> HttpResponse:
    """Enter by a cabinet's link; one that is used, late, cancelled or forged reads the same."""
    found = services.open_shop_invitation(token)
    if found is None:
        return render(request, "accounts/invitation_over.html", {"advice": shopinvitations.OVER}, status=404)
    row, has_account = found
    is_me = request.actor.user_id is not None and request.user.email == row.email
    form = None if has_account else AcceptForm(request.POST or None, email=row.email)
    if request.method == "POST" and (is_me if form is None else form.is_valid()):
        services.accept_shop_invitation(token, user_id=request.actor.user_id, **(form.cleaned_data if form else {}))
        messages.success(request, f"L’accès de {row.company_name} est ouvert.")
        return redirect("home")
    return render(request, "accounts/shop_invitation.html", {"form": form, "invitation": row, "is_me": is_me})
