"""The pages of people: who belongs to a company, under which profiles, and invitations."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import services
from accounts.exceptions import NotAllowed
from accounts.forms.portfolio import AcceptForm, EstablishmentForm, GrantForm, InviteForm, ProfileForm
from accounts.http import ActorRequest
from accounts.models import AccountRequest, Delegation, DelegationProfile, Draft, Establishment, Invitation, ShopMember
from accounts.scope import RIGHT_LABELS, Kind, Right
from accounts.services import invitations
from accounts.validators import number_typed

PAGE = ["GET", "HEAD", "POST"]


def _need_people_right(request: ActorRequest, organisation_id: int | None = None) -> None:
    """403 for whoever may not manage people, in this company when one is named."""
    managed = request.actor.managed
    if not managed or (organisation_id is not None and organisation_id not in managed):
        raise NotAllowed(
            "Il faut le droit « gérer les personnes » : demandez-le à un responsable de votre entreprise."
        )


def _complain(form: Any, problem: ValidationError) -> None:
    """Show a service's refusal beside its field."""
    for field, errors in problem.message_dict.items():
        form.add_error(field if field in form.fields else None, errors)


@require_http_methods(PAGE)
def establishments(request: ActorRequest) -> HttpResponse:
    """« Mes établissements »: those one may see, the cabinets they work with; owners ask for more."""
    if request.actor.kind != Kind.REPAIRER:
        return redirect("home")
    form = None
    if request.actor.owned:
        asked = {"siret": request.GET.get("siret", ""), "postal_code": request.GET.get("code_postal", "")}
        form = EstablishmentForm(request.POST or None, initial=asked)
    if form and form.is_valid():
        try:
            services.request_establishment(actor=request.actor, company_name=request.actor.label, **form.cleaned_data)
        except ValidationError as problem:
            _complain(form, problem)
        else:
            messages.success(request, "Demande envoyée au cabinet : un message vous prévient de sa réponse.")
            return redirect("establishments")
    sites = Establishment.objects.visible_to(request.actor).prefetch_related("cabinet_links__cabinet")
    waiting = AccountRequest.objects.visible_to(request.actor).filter(user=request.actor.user_id)
    context = {
        "form": form,
        "sites": sites.order_by("siret"),
        "proposals": services.proposals(request.actor),
        "requests": waiting.filter(state=AccountRequest.State.PENDING).select_related("cabinet").order_by("pk"),
    }
    return render(request, "accounts/establishments.html", context)


@require_POST
def establishment_leave(request: ActorRequest, pk: int) -> HttpResponse:
    rows = Establishment.objects.visible_to(request.actor).filter(organisation__in=request.actor.organisations)
    establishment = get_object_or_404(rows, pk=pk)
    services.leave_establishment(establishment, actor=request.actor)
    messages.success(request, "L’établissement a quitté votre entreprise.")
    return redirect("establishments")


@require_http_methods(PAGE)
def people(request: ActorRequest) -> HttpResponse:
    """Everybody of the companies one manages, their profiles and dates; inviting somebody."""
    _need_people_right(request)
    form = InviteForm(request.POST or None, actor=request.actor)
    if form.is_valid():
        try:
            services.invite(form.cleaned_data.pop("profile"), actor=request.actor, **form.cleaned_data)
        except ValidationError as problem:
            _complain(form, problem)
        else:
            messages.success(request, f"Invitation envoyée à {form.cleaned_data['email']}.")
            return redirect("people")
    return render(request, "accounts/people.html", {"form": form, **_everybody(request)})


def _everybody(request: ActorRequest) -> dict[str, Any]:
    managed = request.actor.managed
    members = ShopMember.objects.visible_to(request.actor).filter(organisation__in=managed, left_at=None)
    waiting = Invitation.objects.visible_to(request.actor).filter(organisation__in=managed)
    profiles = DelegationProfile.objects.visible_to(request.actor).filter(organisation__in=managed)
    return {
        "joins": services.join_requests(request.actor),
        "members": members.select_related("user").prefetch_related("delegations__profile").order_by("role", "pk"),
        "invitations": [row for row in waiting.select_related("profile").order_by("-pk") if row.is_open],
        "profiles": profiles.prefetch_related("establishments").order_by("name", "pk"),
    }


def _member_or_404(request: ActorRequest, pk: int) -> ShopMember:
    rows = ShopMember.objects.visible_to(request.actor).select_related("user", "organisation")
    member = get_object_or_404(rows, pk=pk, left_at=None)
    _need_people_right(request, member.organisation_id)
    return member


@require_http_methods(PAGE)
def person(request: ActorRequest, pk: int) -> HttpResponse:
    """One person: what they hold, from when to when, and giving more."""
    member = _member_or_404(request, pk)
    form = GrantForm(request.POST or None, actor=request.actor, organisation_id=member.organisation_id)
    if form.is_valid():
        services.grant(member, actor=request.actor, **form.cleaned_data)
        messages.success(request, "Accès donné : il vaut dès la prochaine page que la personne ouvre, à ses dates.")
        return redirect("person", pk=member.pk)
    given = Delegation.objects.visible_to(request.actor).filter(member=member).select_related("profile")
    context = {
        "form": form,
        "member": member,
        "delegations": given.order_by("-from_on", "-pk"),
        "may_end": member.organisation_id in request.actor.owned,
        "is_last": member.role == ShopMember.Role.OWNER
        and not ShopMember.objects.visible_to(request.actor)
        .filter(organisation=member.organisation_id, role=ShopMember.Role.OWNER, left_at=None)
        .exclude(pk=member.pk)
        .exists(),
    }
    return render(request, "accounts/person.html", context)


@require_POST
def delegation_revoke(request: ActorRequest, pk: int) -> HttpResponse:
    delegation = get_object_or_404(Delegation.objects.visible_to(request.actor).select_related("profile"), pk=pk)
    _need_people_right(request, delegation.organisation_id)
    services.revoke(delegation, actor=request.actor)
    messages.success(request, "Accès révoqué : la personne ne voit plus rien de ce profil.")
    return redirect("person", pk=delegation.member_id)


@require_POST
def person_end(request: ActorRequest, pk: int) -> HttpResponse:
    member = _member_or_404(request, pk)
    services.end_membership(member, actor=request.actor)
    messages.success(request, f"{member.user} ne fait plus partie de {member.organisation}.")
    return redirect("home" if member.user_id == request.actor.user_id else "people")


@require_POST
def invitation_revoke(request: ActorRequest, pk: int) -> HttpResponse:
    rows = Invitation.objects.visible_to(request.actor).select_related("profile")
    invitation = get_object_or_404(rows, pk=pk)
    _need_people_right(request, invitation.organisation_id)
    services.revoke_invitation(invitation, actor=request.actor)
    messages.success(request, f"L’invitation de {invitation.email} est annulée.")
    return redirect("people")


@require_http_methods(PAGE)
def profile_add(request: ActorRequest) -> HttpResponse:
    """A new profile of the company one manages: the first, unless the address names another."""
    _need_people_right(request)
    company = number_typed(request.GET.get("entreprise", "")) or request.actor.managed[0]
    _need_people_right(request, company)
    return _edit(request, DelegationProfile(organisation_id=company))


@require_http_methods(PAGE)
def profile(request: ActorRequest, pk: int) -> HttpResponse:
    """Change a profile, for everybody who has it."""
    row = get_object_or_404(DelegationProfile.objects.visible_to(request.actor), pk=pk)
    _need_people_right(request, row.organisation_id)
    return _edit(request, row)


def _edit(request: ActorRequest, row: DelegationProfile) -> HttpResponse:
    """« Tout » and « rien » are buttons that send the page and save nothing, so that they need no JavaScript."""
    options: dict[str, Any] = {"actor": request.actor, "organisation_id": row.organisation_id}
    ticking = request.POST.get("cocher")
    form = ProfileForm(request.POST if request.method == "POST" and not ticking else None, **options)
    if ticking:
        form.initial = _ticked(request, form, everything=ticking == "tout")
    elif row.pk:
        form.initial = {name: getattr(row, name) for name in ("name", "rights", "everywhere", "needs_validation")} | {
            "establishments": [site.pk for site in row.establishments.all()]
        }
    if form.is_valid():
        typed = dict(form.cleaned_data)
        sites = list(typed.pop("establishments"))
        for name, value in typed.items():
            setattr(row, name, value)
        try:
            services.save_profile(row, actor=request.actor, establishments=sites)
        except ValidationError as problem:
            _complain(form, problem)
        else:
            messages.success(request, f"Profil « {row.name} » enregistré.")
            return redirect("people")
    return render(request, "accounts/profile.html", {"form": form, "profile": row})


def _ticked(request: ActorRequest, form: ProfileForm, *, everything: bool) -> dict[str, Any]:
    sites: Any = form.fields["establishments"]
    return {
        "name": request.POST.get("name", ""),
        "needs_validation": "needs_validation" in request.POST,
        "everywhere": "everywhere" in request.POST and everything,
        "rights": [right.value for right in RIGHT_LABELS if right != Right.PEOPLE] if everything else [],
        "establishments": [site.pk for site in sites.queryset] if everything else [],
    }


def _need_owner(request: ActorRequest, organisation_id: int | None = None) -> None:
    owned = request.actor.owned
    if not owned or (organisation_id is not None and organisation_id not in owned):
        raise NotAllowed("Seul un responsable de l’entreprise valide ce que ses collaborateurs envoient.")


@require_safe
def drafts(request: ActorRequest) -> HttpResponse:
    """What waits for a decision of whoever answers for the company, the oldest first."""
    _need_owner(request)
    rows = Draft.objects.visible_to(request.actor).filter(
        organisation__in=request.actor.owned, state=Draft.State.PENDING
    )
    rows = rows.select_related("establishment", "cabinet", "author").order_by("submitted_at", "pk")
    return render(request, "accounts/drafts.html", {"drafts": rows})


@require_POST
def draft_decide(request: ActorRequest, pk: int) -> HttpResponse:
    draft = get_object_or_404(Draft.objects.visible_to(request.actor), pk=pk)
    _need_owner(request, draft.organisation_id)
    decision = request.POST.get("decision")
    try:
        if decision == "approve":
            services.approve(draft, actor=request.actor)
        else:
            services.refuse(draft, actor=request.actor, reason=request.POST.get("reason", ""))
    except ValidationError as problem:
        messages.error(request, " ".join(problem.messages))
    else:
        messages.success(request, "C’est envoyé." if decision == "approve" else "Refusé : l’auteur en est prévenu.")
    return redirect("drafts")


@login_not_required
@sensitive_post_parameters("password")
@never_cache
@require_http_methods(PAGE)
def invitation(request: ActorRequest, token: str) -> HttpResponse:
    """Join a company by the link of a mail; a link that is used, late, cancelled or forged reads the same."""
    found = services.open_invitation(token)
    if found is None:
        return render(request, "accounts/invitation_over.html", {"advice": invitations.OVER}, status=404)
    row, has_account = found
    is_me = request.actor.user_id is not None and request.user.email == row.email
    form = None if has_account else AcceptForm(request.POST or None, email=row.email)
    if request.method == "POST" and (is_me if form is None else form.is_valid()):
        services.accept_invitation(token, user_id=request.actor.user_id, **(form.cleaned_data if form else {}))
        messages.success(request, f"Vous avez rejoint {row.organisation}.")
        return redirect("home")
    context = {"form": form, "invitation": row, "is_me": is_me}
    return render(request, "accounts/invitation.html", context)
